import { namedOnly } from '@gennaker/contracts/people';
import type { AnyStageDefinition, SyntheticStage } from '@gennaker/extension-sdk/stage';
import type { Status } from '@gennaker/contracts/status';
import { z } from 'zod';
import { createExecution, type PostedStage } from './create.ts';
import { decide } from './decide.ts';
import { nextWake } from './decide/timers.ts';
import type { EngineEvent } from './events.ts';
import { evolve, fold } from './evolve.ts';
import type { Effect, Env, Message, RunResult } from './messages.ts';
import type { ExecutionState, StageState } from './model.ts';

/** A stage whose plan is its context: what each task answers, run by run, and which synthetic stages it wants. */
export interface Script {
  readonly tasks?: readonly (readonly Status[])[];
  readonly before?: readonly ScriptedStage[];
  readonly after?: readonly ScriptedStage[];
  readonly onFailure?: readonly ScriptedStage[];
  readonly cleanup?: boolean;
  /** The tasks give something back at the end of the stage of the pipeline. */
  readonly atEnd?: boolean;
  /** Loop marks of the tasks, by position. */
  readonly loops?: readonly ('start' | 'end' | 'both' | undefined)[];
  readonly onTimeout?: 'TERMINAL' | 'FAILED_CONTINUE';
  readonly taskTimeoutMs?: number;
  readonly planFails?: boolean;
}
export interface ScriptedStage extends Script {
  readonly name: string;
  readonly waitsFor?: readonly number[];
  readonly flags?: Readonly<Record<string, unknown>>;
}

const synthetic = (stage: ScriptedStage): SyntheticStage => ({
  type: 'scripted',
  name: stage.name,
  context: { ...stage.flags, script: stage },
  ...(stage.waitsFor ? { after: stage.waitsFor } : {}),
});
const scriptOf = (stage: { readonly context: Readonly<Record<string, unknown>> }): Script =>
  stage.context['script'] ?? {};

/** The definition of `scripted` stages. */
export const scripted: AnyStageDefinition = {
  type: 'scripted',
  label: 'Scripted',
  description: 'Does what its context says',
  schema: z.looseObject({}),
  examples: [],
  canManuallySkip: true,
  keepsExpressions: ['kept'],
  tasks: (stage) => {
    if (scriptOf(stage).planFails) throw new Error('this plan fails');
    return (scriptOf(stage).tasks ?? []).map((_, index) => ({
      name: `task${index + 1}`,
      run: () => Promise.reject(new Error('the tests answer for it')),
      ...(scriptOf(stage).loops?.[index] ? { loop: scriptOf(stage).loops?.[index] ?? 'both' } : {}),
      ...(scriptOf(stage).onTimeout ? { onTimeout: scriptOf(stage).onTimeout ?? 'TERMINAL' } : {}),
      ...(scriptOf(stage).taskTimeoutMs ? { timeoutMs: scriptOf(stage).taskTimeoutMs ?? 0 } : {}),
      ...(scriptOf(stage).atEnd ? { onEnd: () => Promise.resolve() } : {}),
      ...(scriptOf(stage).cleanup ? { onCancel: () => Promise.resolve() } : {}),
    }));
  },
  beforeStages: (stage) => (scriptOf(stage).before ?? []).map(synthetic),
  afterStages: (stage) => (scriptOf(stage).after ?? []).map(synthetic),
  prepareForRestart: (stage) => ({ context: { ...stage.context, again: true }, outputs: {} }),
  onFailureStages: (stage) => (scriptOf(stage).onFailure ?? []).map(synthetic),
};

/** Waits for a window, in one task. */
const windowed: AnyStageDefinition = {
  ...scripted,
  type: 'restrictExecutionDuringTimeWindow',
  tasks: () => [{ name: 'suspend', run: () => Promise.reject(new Error('the tests answer for it')) }],
};

/** A pipeline's stage with a script. */
export function stage(refId: string, requisites: readonly string[], script: Script, flags: object = {}): PostedStage {
  return { type: 'scripted', refId, requisiteStageRefIds: requisites, name: `stage ${refId}`, script, ...flags };
}

/** Freezes a value all the way down: whoever changes it throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) frozen(item);
  }
  return value;
}

/** An execution in a test: messages in, events and effects kept, every promise of the engine checked on the way. */
export class Run {
  state: ExecutionState;
  readonly events: EngineEvent[];
  readonly asked: Effect[] = [];
  readonly messages: Message[] = [];
  now = 1_700_000_000_000;
  /** Expressions of these tests: `${name}` is a root name. */
  env(): Env {
    return {
      now: this.now,
      definition: (type) => (type === 'scripted' ? scripted : type === windowed.type ? windowed : undefined),
      resolve: (value, scope) => {
        const problems: { expression: string; level: 'INFO'; description: string }[] = [];
        const walk = (item: unknown): unknown => {
          if (typeof item === 'string') {
            const name = /^\$\{(.*)\}$/.exec(item)?.[1];
            const found =
              name === undefined ? item : name === 'true' || name === 'false' ? name === 'true' : scope.lookup(name);
            if (found === undefined || found === null)
              problems.push({ expression: item.slice(1), level: 'INFO', description: `${item.slice(1)} has no value` });
            return found ?? item;
          }
          if (Array.isArray(item)) return item.map(walk);
          if (typeof item !== 'object' || item === null) return item;
          return Object.fromEntries(Object.entries(item).map(([key, one]) => [key, walk(one)]));
        };
        return { value: walk(value), problems };
      },
    };
  }

  constructor(
    stages: readonly PostedStage[],
    type: 'PIPELINE' | 'ORCHESTRATION' = 'PIPELINE',
    more: { readonly trigger?: Readonly<Record<string, unknown>>; readonly startTimeExpiry?: number } = {},
  ) {
    const first = createExecution({
      id: 'E',
      type,
      application: 'app',
      name: 'test',
      trigger: { type: 'manual', parameters: { yes: true }, ...more.trigger },
      ...(more.startTimeExpiry === undefined ? {} : { startTimeExpiry: more.startTimeExpiry }),
      by: namedOnly('me'),
      stages,
      now: this.now,
    });
    this.events = [first];
    this.state = frozen(evolve(undefined, first));
  }

  /** Hands a message in; the state must be the fold of its events, as it is kept (JSON). */
  send(message: Message): readonly EngineEvent[] {
    this.messages.push(message);
    const { events, effects } = decide(this.state, frozen(message), this.env());
    for (const event of events) {
      this.check(event);
      this.state = evolve(this.state, event);
    }
    this.state = frozen(JSON.parse(JSON.stringify(this.state)) as ExecutionState);
    this.events.push(...events);
    this.asked.push(...effects);
    return events;
  }

  check(_event: EngineEvent): void {}

  /** What the script says to a run that was asked for. */
  answer(effect: Extract<Effect, { type: 'RunTask' }>): Message {
    const { stageId, taskId, attempt, run } = effect;
    const script = scriptOf(this.state.stages[stageId] ?? { context: {} });
    const statuses = script.tasks?.[Number(taskId) - 1] ?? ['SUCCEEDED'];
    const status = statuses[Math.min(run, statuses.length - 1)] ?? 'SUCCEEDED';
    const result: RunResult = {
      status,
      outputs: { [`out-${stageId}`]: run },
      ...(status === 'RUNNING' ? { wakeAfterMs: 10 } : {}),
    };
    return { type: 'TaskReturned', stageId, taskId, attempt, run, result };
  }

  /** Performs everything that is asked for, first in first out, until the execution is over or waits for the outside. */
  settle(limit = 10_000): this {
    for (let step = 0; step < limit; step++) {
      const effect = this.asked.shift();
      if (effect?.type === 'RunTask') this.send(this.answer(effect));
      else if (effect?.type === 'CleanUp')
        this.send({ type: 'CleanupReturned', stageId: effect.stageId, taskId: effect.taskId, attempt: effect.attempt });
      else if (!effect) {
        const wake = nextWake(this.state);
        if (wake === undefined) return this;
        this.now = Math.max(this.now, wake);
        this.send({ type: 'Tick' });
      }
    }
    throw new Error('it does not end');
  }

  stage(name: string): StageState {
    const found = Object.values(this.state.stages).find((one) => one.name === name || one.refId === name);
    if (!found) throw new Error(`no stage ${name}`);
    return found;
  }

  statuses(): Record<string, Status> {
    return Object.fromEntries(Object.values(this.state.stages).map((one) => [one.refId, one.status]));
  }

  get folded(): ExecutionState | undefined {
    return fold(JSON.parse(JSON.stringify(this.events)) as EngineEvent[]);
  }
}
