import type { ExecutionTrigger } from '@gennaker/contracts/execution';
import type { Identity } from '@gennaker/contracts/people';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { TaskContext } from '@gennaker/extension-sdk/stage';
import { actingFor } from './acting-for.ts';
import { taskDeadline } from './decide/timers.ts';
import { inReadingOrder, topLevel } from './graph.ts';
import { taskKey } from './ids.ts';
import { ancestorOutput, ancestorOutputs } from './lookup.ts';
import type { ResolvedValue } from './messages.ts';
import type { LookupAnswer } from './model.ts';
import type { TaskRun, TaskWorld } from './run-task.ts';
import { expressionScope } from './scope.ts';

/** A task evaluated what must be looked up first: it is run again when that is known. */
export class Unanswered extends Error {
  readonly lookups: NonNullable<ResolvedValue['lookups']>;
  constructor(lookups: NonNullable<ResolvedValue['lookups']>) {
    super('Look-ups have not been answered');
    this.lookups = lookups;
  }
}

/** What a run of a task is given besides its world. */
export interface RunSettings {
  /** The stage's context, parsed by its definition's schema. */
  readonly context: unknown;
  /** Added to the run's key: a clean-up is another effect than the run that it cleans up after. */
  readonly keySuffix?: string;
  /** What expressions asked for and is known. */
  readonly answers?: Readonly<Record<string, LookupAnswer>>;
  /** What expressions want to know beyond that is asked for: by Unanswered. */
  readonly ask?: boolean;
}

/** What a running task sees. One is made for every run, and what few tasks look at is found when they do. */
export class RunContext implements TaskContext<never> {
  readonly application: string;
  readonly executionId: string;
  readonly pipeline: string;
  readonly pipelineConfigId?: string;
  readonly trigger: ExecutionTrigger;
  readonly context: never;
  readonly key: string;
  readonly runs: number;
  readonly taskStartTime: number;
  readonly now: number;
  readonly signal: AbortSignal;
  readonly traceparent: string;
  readonly ports: Ports;
  // Not private to the class alone: a context that differs in its settings (withContext) has this one behind it.
  private readonly world: TaskWorld;
  private readonly run: TaskRun;
  private readonly settings: RunSettings;
  private acting: Identity | undefined;

  constructor(world: TaskWorld, run: TaskRun, settings: RunSettings) {
    const { state, stage, task } = run;
    this.application = state.application;
    this.executionId = state.id;
    this.pipeline = state.name;
    if (state.pipelineConfigId !== undefined) this.pipelineConfigId = state.pipelineConfigId;
    this.trigger = state.trigger;
    this.context = settings.context as never;
    this.key = taskKey(state.id, stage.id, task.id, task.attempt) + (settings.keySuffix ?? '');
    this.runs = task.runs;
    this.taskStartTime = task.startTime ?? stage.startTime ?? state.buildTime;
    this.now = world.clock.now();
    this.signal = run.signal;
    this.traceparent = run.traceparent;
    this.ports = world.ports;
    this.world = world;
    this.run = run;
    this.settings = settings;
  }

  get user(): string {
    return this.identity.user;
  }

  get identity(): Identity {
    return (this.acting ??= actingFor(this.run.state, this.run.stage));
  }

  get stage(): TaskContext<never>['stage'] {
    const { state, stage } = this.run;
    return {
      id: stage.id,
      refId: stage.refId,
      type: stage.type,
      name: stage.name,
      topId: topLevel(state, stage).id,
      startTime: stage.startTime ?? state.buildTime,
      outputs: stage.outputs,
    };
  }

  get deadline(): number | undefined {
    const { state, stage, task } = this.run;
    return taskDeadline(state, stage, task)?.at;
  }

  get stages(): TaskContext<never>['stages'] {
    return inReadingOrder(this.run.state).map(({ id, refId, name, type, status, parentStageId, reason }) => ({
      id,
      refId,
      name,
      type,
      status,
      ...(parentStageId === undefined ? {} : { parentStageId }),
      ...(reason === undefined ? {} : { reason }),
    }));
  }

  ancestorOutput(key: string): unknown {
    return ancestorOutput(this.run.state, this.run.stage, key);
  }

  ancestorOutputs(key: string): readonly unknown[] {
    return ancestorOutputs(this.run.state, this.run.stage, key);
  }

  evaluate(
    expression: string,
    more: Readonly<Record<string, unknown>> = {},
  ): { readonly value: unknown; readonly problems: readonly string[] } {
    const { state, stage } = this.run;
    const { answers = {}, ask } = this.settings;
    const text = expression.includes('${') ? expression : `\${${expression}}`;
    const scope = expressionScope(state, stage);
    const {
      value,
      problems,
      lookups = [],
    } = this.world.env().resolve(text, {
      ...scope,
      answers,
      lookup: (name) => (Object.hasOwn(more, name) ? more[name] : scope.lookup(name)),
    });
    if (ask && lookups.length > 0) throw new Unanswered(lookups);
    return { value, problems: problems.map((problem) => problem.description) };
  }
}
