import type { EngineEvent } from '@gennaker/engine/events';
import type { Json, StageState } from '@gennaker/engine/model';
import { unpack } from './blobs.ts';
import { stageDataOf } from './rows.ts';

/** JSON of an object whose big values lie apart: what `keep` is given, it sees to that they are stored. */
export type Keep = (value: Json) => string;

/** One transition as history keeps it: what was decided upon and what was decided. */
export function entryOf(inputs: readonly unknown[], events: readonly EngineEvent[], keep: Keep): string {
  const texts: string[] = [];
  // Events without bags, which most are, are written together.
  let plain: EngineEvent[] = [];
  const writePlain = (): void => {
    if (plain.length > 0) texts.push(JSON.stringify(plain).slice(1, -1));
    plain = [];
  };
  for (const event of events) {
    if (!holdsBags(event)) {
      plain.push(event);
      continue;
    }
    writePlain();
    texts.push(eventText(event, keep));
  }
  writePlain();
  return `{"inputs":${JSON.stringify(inputs)},"events":[${texts.join(',')}]}`;
}

/** Are there contexts or outputs in it, which may be big? */
function holdsBags(event: EngineEvent): boolean {
  return event.type === 'ExecutionCreated' || 'context' in event || 'outputs' in event || 'stages' in event;
}

/** An event's JSON, with the big values of its contexts and outputs by reference. */
function eventText(event: EngineEvent, keep: Keep): string {
  if (event.type === 'ExecutionCreated') return createdText(event, keep);
  const { context, outputs, stages, ...rest } = event as EngineEvent &
    Partial<Record<'context' | 'outputs' | 'stages', unknown>>;
  const parts: string[] = [];
  if (isJson(context)) parts.push(`"context":${keep(context)}`);
  if (isJson(outputs)) parts.push(`"outputs":${keep(outputs)}`);
  if (Array.isArray(stages))
    parts.push(`"stages":[${stages.map((stage: StageState) => stageText(stage, keep)).join(',')}]`);
  const text = JSON.stringify(rest);
  return parts.length === 0 ? text : `${text.slice(0, -1)},${parts.join(',')}}`;
}

function createdText({ execution, ...rest }: Extract<EngineEvent, { type: 'ExecutionCreated' }>, keep: Keep): string {
  const { stages, ...fixed } = execution;
  const texts = Object.entries(stages).map(([id, stage]) => `${JSON.stringify(id)}:${stageText(stage, keep)}`);
  return `${JSON.stringify(rest).slice(0, -1)},"execution":${JSON.stringify(fixed).slice(0, -1)},"stages":{${texts.join(',')}}}}`;
}

function stageText(stage: StageState, keep: Keep): string {
  return `${JSON.stringify(stageDataOf(stage)).slice(0, -1)},"context":${keep(stage.context)},"outputs":${keep(stage.outputs)}}`;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The stages that an event carries. */
function stagesOf(event: Json): readonly Json[] {
  const own = event['stages'];
  const execution = event['execution'] as Json | undefined;
  if (Array.isArray(own)) return own as Json[];
  return execution === undefined ? [] : Object.values(execution['stages'] as Record<string, Json>);
}

/** Everything in an event that may hold big values by reference. */
export function bagsOf(event: object): Json[] {
  const own = event as Json;
  return [own, ...stagesOf(own)].flatMap((one) => [one['context'], one['outputs']].filter(isJson));
}

/** An event as it was decided: its big values in their places. @throws Error naming a value that is missing */
export function openEvent<E extends object>(event: E, blobs: ReadonlyMap<string, unknown>): E {
  return withBags(event, (bag) => unpack(bag, blobs));
}

/** An event without contexts and outputs, for where those cannot be read. */
export function bareEvent<E extends object>(event: E): E {
  return withBags(event, () => ({}));
}

function withBags<E extends object>(event: E, change: (bag: Json) => Json): E {
  const bags = (one: Json): Json => ({
    ...one,
    ...(isJson(one['context']) ? { context: change(one['context']) } : {}),
    ...(isJson(one['outputs']) ? { outputs: change(one['outputs']) } : {}),
  });
  const parts: Json = bags(event as Json);
  const { stages: own, execution } = parts;
  const opened: Json = {
    ...parts,
    ...(Array.isArray(own) ? { stages: (own as Json[]).map(bags) } : {}),
    ...(isJson(execution) ? { execution: { ...execution, stages: bagsById(execution['stages'] as Json, bags) } } : {}),
  };
  return opened as E;
}

const bagsById = (stages: Json, bags: (one: Json) => Json): Json =>
  Object.fromEntries(Object.entries(stages).map(([id, stage]) => [id, bags(stage as Json)]));
