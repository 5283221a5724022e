import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import type { Identity } from '@gennaker/contracts/people';
import type { Status } from '@gennaker/contracts/status';
import type { z } from 'zod';
import type { Ports } from './ports.ts';
import type { StrategyDefinition } from './strategy.ts';

export type JsonObject = Record<string, unknown>;

/** A stage as its definition sees it while planning: pure data. `context` has its expressions resolved as far as they can be. */
export interface PlannedStage {
  readonly id: string;
  readonly refId: string;
  readonly type: string;
  readonly name: string;
  readonly context: Readonly<JsonObject>;
  readonly outputs: Readonly<JsonObject>;
  /** Set for a synthetic stage. */
  readonly parentStageId?: string;
}

/** A synthetic stage that a definition asks for. Siblings named in `after` (by index in the same list) run first; absent: parallel. */
export interface SyntheticStage {
  readonly type: string;
  readonly name: string;
  readonly context: JsonObject;
  readonly after?: readonly number[];
}

/** What a definition may know while planning: the execution's identity, trigger and finished ancestors' outputs. No I/O. */
export interface PlanView {
  readonly application: string;
  readonly executionId: string;
  readonly pipeline: string;
  readonly trigger: ExecutionTrigger;
  /** Nearest ancestor output of this key (Orca's context look-up). */
  ancestorOutput(key: string): unknown;
  /** Every ancestor output of this key, nearest first. */
  ancestorOutputs(key: string): readonly unknown[];
  /** The stage's own synthetic stages as they are now. */
  readonly children: readonly (PlannedStage & { readonly status: Status })[];
  /** A deployment strategy by its name or alias, case-insensitively; undefined: there is none of that name. */
  strategy?(type: string): StrategyDefinition | undefined;
}

/** What a running task sees. */
export interface TaskContext<C> {
  readonly application: string;
  readonly executionId: string;
  readonly pipeline: string;
  readonly pipelineConfigId?: string;
  readonly user: string;
  /** On whose behalf the task calls the services: give it to them as `identity`. */
  readonly identity: Identity;
  readonly trigger: ExecutionTrigger;
  readonly stage: {
    readonly id: string;
    readonly refId: string;
    readonly type: string;
    readonly name: string;
    /** The stage of the pipeline that it belongs to: its own id where it is no synthetic stage. */
    readonly topId: string;
    readonly startTime: number;
    readonly outputs: Readonly<JsonObject>;
  };
  /** The stage's context, expressions resolved, parsed by the definition's schema (which keeps unknown keys). */
  readonly context: C;
  /** Idempotency key `execution:stage:task:attempt`: the same for every re-run of one attempt. */
  readonly key: string;
  /** How often this task has run before in this attempt (polls). */
  readonly runs: number;
  readonly taskStartTime: number;
  readonly now: number;
  /** When the task gives up, epoch ms; absent: never. */
  readonly deadline?: number | undefined;
  readonly signal: AbortSignal;
  readonly traceparent: string;
  readonly ports: Ports;
  /** Nearest ancestor output of this key. */
  ancestorOutput(key: string): unknown;
  /** Every ancestor output of this key, nearest first. */
  ancestorOutputs(key: string): readonly unknown[];
  /**
   * Evaluates an expression (its inside, or a text with `${}`) as it stands in this stage; `problems` says what has no value.
   * Names in `more` come before all others.
   */
  evaluate(
    expression: string,
    more?: Readonly<JsonObject>,
  ): { readonly value: unknown; readonly problems: readonly string[] };
  /** All stages of the execution, in reading order: how far they are, and why. */
  readonly stages: readonly {
    readonly id: string;
    readonly refId: string;
    readonly name: string;
    readonly type: string;
    readonly status: Status;
    readonly parentStageId?: string;
    readonly reason?: Reason;
  }[];
}

/** The same task with other settings. Use this in place of a copy: much of what a task sees is found only when it is looked at. */
export function withContext<C>(task: TaskContext<unknown>, context: C): TaskContext<C> {
  return Object.create(task, { context: { value: context, enumerable: true } }) as TaskContext<C>;
}

/** What a task answers. RUNNING: run again after `wakeAfterMs`, or when somebody wakes the stage; `reason` says what it waits for. */
export interface TaskResult {
  readonly status: Status;
  /** Merged into the stage's context. */
  readonly context?: JsonObject;
  /** Merged into the stage's outputs, visible to descendants. */
  readonly outputs?: JsonObject;
  readonly wakeAfterMs?: number;
  /** It waits for a certain moment: no backoff of a configuration makes it later. */
  readonly exact?: boolean;
  readonly reason?: Reason;
}

/** One sequential step of a stage. */
export interface TaskDefinition<C> {
  readonly name: string;
  /**
   * First and last task of a loop (`both`: a loop of one): a task in it that answers REDIRECT has the loop's tasks run
   * again from its start. Without any mark, REDIRECT repeats the whole stage's tasks.
   */
  readonly loop?: 'start' | 'end' | 'both';
  /** Gives up after this long (ms); absent: only the stage's timeout. */
  readonly timeoutMs?: number;
  /** How a timeout of this task counts; absent: as a failure. A user's markSuccessfulOnTimeout comes first. */
  readonly onTimeout?: 'TERMINAL' | 'FAILED_CONTINUE';
  run(context: TaskContext<C>): Promise<TaskResult>;
  /** Cleans up when the stage is cancelled or times out while this task runs. */
  onCancel?(context: TaskContext<C>): Promise<void>;
  /**
   * Gives back what the task took for the whole stage of the pipeline that it belongs to: runs, if the task was begun, once
   * that stage has ended, whatever the end. A task has either this or `onCancel`.
   */
  onEnd?(context: TaskContext<C>): Promise<void>;
}

/** Who patches a stage, and when. `starter`: who started the execution. */
export interface PatchCall {
  readonly by: Identity;
  readonly starter: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A stage type. Planning functions are pure; whatever needs a look-up is a task whose outputs the next one reads. */
export interface StageDefinition<S extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly aliases?: readonly string[];
  readonly label: string;
  readonly description: string;
  /** Schema of the stage's own inputs; must keep unknown keys (`z.looseObject`). */
  readonly schema: S;
  /** Sample contexts that parse; used by tests and docs. */
  readonly examples: readonly JsonObject[];
  tasks(stage: PlannedStage, view: PlanView): readonly TaskDefinition<z.output<S>>[];
  beforeStages?(stage: PlannedStage, view: PlanView): readonly SyntheticStage[];
  afterStages?(stage: PlannedStage, view: PlanView): readonly SyntheticStage[];
  onFailureStages?(stage: PlannedStage, view: PlanView): readonly SyntheticStage[];
  /** Keys of the context whose expressions the engine leaves alone: the tasks evaluate them, each in its time. */
  readonly keepsExpressions?: readonly string[];
  /** May a user skip it while it runs? */
  readonly canManuallySkip?: boolean;
  /** Default stage timeout (ms). */
  readonly timeoutMs?: number;
  /** Merged into a stage's context when a person PATCHes it: validates (throw ServiceError 4xx to refuse). */
  onPatch?(stage: PlannedStage, patch: JsonObject, change: PatchCall): JsonObject;
  /** The context and outputs that the stage is started again with; absent: as they are. `context` comes without the engine's own keys. */
  prepareForRestart?(stage: PlannedStage): { readonly context: JsonObject; readonly outputs?: JsonObject };
  /** It changes nothing outside, so that a dry run runs it as it is. */
  readonly runsInDryRun?: boolean;
}

/** A stage definition as registries hold it: the schema's type is erased; the engine parses the context with it before each run. */
export type AnyStageDefinition = Omit<StageDefinition, 'tasks'> & {
  tasks(stage: PlannedStage, view: PlanView): readonly TaskDefinition<never>[];
};

/** Declares a stage type; the answer keeps the type of its schema. */
export function defineStage<S extends z.ZodType>(
  definition: StageDefinition<S>,
): AnyStageDefinition & { readonly schema: S } {
  return definition;
}
