import type { EchoEvent, TriggerVerdict } from '@gennaker/contracts/echo';
import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { AnyTriggerDefinition, SenderProof } from '@gennaker/extension-sdk/trigger';
import { executionParameters } from './parameters.ts';

type Triggers = Readonly<Record<string, AnyTriggerDefinition>>;

/** What an event does to a pipeline, and why. `trigger` is there when it starts. */
export interface Decision {
  readonly reason: Reason;
  readonly trigger?: ExecutionTrigger;
  /** Every trigger of the pipeline is for something else than the event is about. */
  readonly elsewhere?: true;
  /** What the trigger counts the event by: the pipeline starts once for it. */
  readonly identity?: string;
  /** What each trigger that listens to such events said. */
  readonly verdicts: readonly TriggerVerdict[];
}

/** What one configured trigger says to an event. */
interface Judgement {
  readonly reason: Reason;
  readonly trigger?: ExecutionTrigger;
  readonly elsewhere?: true;
  readonly identity?: string;
}

/** Trigger types that look at events of this type. */
export function triggerTypesFor(triggers: Triggers, eventType: string): string[] {
  return Object.values(triggers)
    .filter((definition) => definition.eventTypes.includes(eventType))
    .map((definition) => definition.type);
}

/** Judges one configured trigger. One that cannot be judged says so and stands in the way of no other. */
function judge(
  definition: AnyTriggerDefinition,
  config: Readonly<Record<string, unknown>>,
  event: EchoEvent,
  proof?: SenderProof,
): Judgement {
  const off: Judgement = {
    reason: { summary: 'the trigger is not enabled', next: 'set "enabled": true in the trigger' },
  };
  const parsed = definition.schema.safeParse(config);
  if (!parsed.success) {
    if (config['enabled'] !== true) return off;
    const issue = parsed.error.issues[0];
    return {
      reason: {
        summary: `the trigger is incomplete: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
        next: 'complete the trigger and save the pipeline',
      },
    };
  }
  try {
    const { matches, reason, elsewhere } = definition.match(parsed.data as never, event, proof);
    if (!matches) return { reason, ...(elsewhere ? { elsewhere } : {}) };
    if (config['enabled'] !== true) return off;
    const identity = definition.identityOf?.(parsed.data as never, event);
    const trigger = definition.toTrigger(parsed.data as never, event);
    return {
      reason,
      trigger: { ...trigger, user: userOf(definition, config, trigger) },
      ...(identity === undefined ? {} : { identity: JSON.stringify([config['id'] ?? definition.type, identity]) }),
    };
  } catch (error) {
    return {
      reason: {
        summary: `the trigger cannot be judged: ${error instanceof Error ? error.message : String(error)}`,
        next: 'correct the trigger and save the pipeline',
      },
    };
  }
}

/** Who starts it by hand is known. Of what a trigger's document says, only `runAsUser` was checked when it was saved. */
function userOf(
  definition: AnyTriggerDefinition,
  config: Readonly<Record<string, unknown>>,
  trigger: ExecutionTrigger,
): string {
  if (definition.type === 'manual') return trigger.user ?? 'anonymous';
  const runAs = config['runAsUser'];
  return typeof runAs === 'string' && runAs !== '' ? runAs : 'anonymous';
}

/** What an event from outside does to a pipeline: the first trigger that matches starts it. Pure. */
export function matchPipeline(triggers: Triggers, pipeline: Pipeline, event: EchoEvent, proof?: SenderProof): Decision {
  const types = triggerTypesFor(triggers, event.type);
  const judged = (pipeline.triggers ?? []).flatMap((config, position) => {
    const definition = types.includes(config.type) ? triggers[config.type] : undefined;
    if (!definition) return [];
    const judgement = judge(definition, config, event, proof);
    const id = config['id'];
    const verdict: TriggerVerdict = {
      position,
      ...(typeof id === 'string' ? { id } : {}),
      type: config.type,
      matches: judgement.trigger !== undefined,
      reason: judgement.reason,
    };
    return [{ judgement, verdict }];
  });
  const verdicts = judged.map(({ verdict }) => verdict);
  const hit = judged.find(({ judgement }) => judgement.trigger)?.judgement;
  if (hit) return { verdicts, ...startable(pipeline, hit) };
  // What is none of the event's business explains nothing while another trigger nearly matched.
  const near = judged.filter(({ judgement }) => judgement.elsewhere !== true);
  const reasons = (near.length > 0 ? near : judged).map(({ judgement }) => judgement.reason);
  const elsewhere = judged.length > 0 && near.length === 0 ? { elsewhere: true as const } : {};
  const [first] = reasons;
  if (!first) return { verdicts, reason: { summary: `the pipeline has no trigger for ${event.type} events` } };
  if (reasons.length === 1) return { verdicts, ...elsewhere, reason: first };
  return {
    verdicts,
    ...elsewhere,
    reason: {
      summary: `none of ${reasons.length} triggers matches: ${reasons.map((reason) => reason.summary).join('; ')}`,
      evidence: { triggers: reasons },
    },
  };
}

/** What a start by hand does to the pipeline that it names. Pure. */
export function matchByHand(triggers: Triggers, pipeline: Pipeline, event: EchoEvent): Decision {
  const definition = triggers['manual'];
  if (!definition) return { verdicts: [], reason: { summary: 'this system has no manual trigger' } };
  return { verdicts: [], ...startable(pipeline, judge(definition, { type: 'manual', enabled: true }, event)) };
}

/** A match starts nothing while the pipeline is disabled or lacks a required parameter. */
function startable(pipeline: Pipeline, decision: Judgement): Judgement {
  if (!decision.trigger) return decision;
  const { templateErrors } = pipeline;
  if (Array.isArray(templateErrors) && templateErrors.length > 0)
    return {
      reason: {
        summary: `the template of pipeline "${pipeline.name}" cannot be applied: ${templateErrors.join('; ')}`,
        next: 'give the missing values, or mend the template, and start it again',
      },
    };
  if (pipeline.disabled === true)
    return {
      reason: { summary: `pipeline "${pipeline.name}" is disabled`, next: 'enable the pipeline and start it again' },
    };
  const { parameters, missing } = executionParameters(pipeline, decision.trigger.parameters ?? {});
  if (missing.length > 0)
    return {
      reason: {
        summary: `required ${missing.length === 1 ? 'parameter' : 'parameters'} ${missing.map((name) => `"${name}"`).join(', ')} ${missing.length === 1 ? 'has' : 'have'} no value`,
        evidence: { missing, given: decision.trigger.parameters ?? {} },
        next: 'give a value, or a default in the pipeline',
      },
    };
  return { ...decision, trigger: { ...decision.trigger, parameters } };
}
