import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import type { TokenScope } from '@gennaker/contracts/people';
import type { Status } from '@gennaker/contracts/status';

export type Json = Readonly<Record<string, unknown>>;

/** What the outside answered to a look-up of an expression. */
export type LookupAnswer = { readonly value: unknown } | { readonly error: string };

/** A task of a stage. It is waiting when `waiting` is set, complete by its status, and otherwise due: running, or to be run again after a lost owner. */
export interface TaskState {
  /** "1", "2", ... within the stage. */
  readonly id: string;
  readonly name: string;
  readonly status: Status;
  /** Grows only when a loop or a restart was decided; part of the idempotency key. */
  readonly attempt: number;
  /** Results that came back in this attempt. */
  readonly runs: number;
  /** Runs in a row that ended in an error that may pass. */
  readonly errors: number;
  readonly startTime?: number;
  readonly endTime?: number;
  /** Waits for `until` (epoch ms), or for a wake when that is absent. */
  readonly waiting?: { readonly until?: number };
  /** A wake came while a run may have been under way: it is run once more. */
  readonly woken?: boolean;
  readonly timeoutMs?: number;
  /** Milliseconds of its life that the execution was paused. */
  readonly pausedMs: number;
  /** The task itself answered FAILED_CONTINUE: later tasks go on. */
  readonly goesOn?: boolean;
  /** Where it stands in a loop. */
  readonly loop?: 'start' | 'end' | 'both';
  /** It gives something back when the stage of the pipeline that it belongs to has ended. */
  readonly atEnd?: boolean;
  /** Clean-up after a cancel, a timeout or the stage's end: still to be done. */
  readonly cleanup?: boolean;
  readonly reason?: Reason;
}

export type SyntheticOwner = 'STAGE_BEFORE' | 'STAGE_AFTER';

/** A stage of an execution. */
export interface StageState {
  readonly id: string;
  readonly refId: string;
  readonly requisiteStageRefIds: readonly string[];
  readonly type: string;
  readonly name: string;
  readonly status: Status;
  /** Order of creation in the execution. */
  readonly position: number;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly context: Json;
  readonly outputs: Json;
  readonly tasks: readonly TaskState[];
  readonly parentStageId?: string;
  readonly syntheticStageOwner?: SyntheticOwner;
  readonly lastModified?: {
    readonly user: string;
    readonly lastModifiedTime: number;
    readonly roles?: readonly string[];
    readonly admin?: boolean;
    readonly scope?: TokenScope;
  };
  readonly reason?: Reason;
  readonly pausedMs: number;
  /** The definition's own stage timeout. */
  readonly timeoutMs?: number;
  /** Attempts that its tasks had before it was run again: theirs go on counting. */
  readonly attempts?: number;
  /** It had halted before the execution was run again, which it ends only when nothing else goes on. */
  readonly beforeRestart?: boolean;
  /** What its expressions had looked up, by key. */
  readonly answers?: Readonly<Record<string, LookupAnswer>>;
  readonly planFailed?: boolean;
  readonly afterPlanned?: boolean;
  readonly failurePlanned?: boolean;
}

/** What a pipeline's document says of its executions, and that the engine keeps for whoever reads them. */
export interface Declared {
  /** At most one execution at a time; goes before `maxConcurrentExecutions`. */
  readonly limitConcurrent?: boolean;
  /** 0: no limit. */
  readonly maxConcurrentExecutions?: number;
  readonly keepWaitingPipelines?: boolean;
  /** The template that the pipeline was made from: `{id, type, version}`. */
  readonly source?: Json;
  readonly templateVariables?: Json;
  /** The pipeline before its template was applied. */
  readonly initialConfig?: Json;
  readonly spelEvaluator?: string;
  readonly partition?: string;
  readonly systemNotifications?: readonly Json[];
}

/** An execution: everything that the engine knows of it. Plain JSON; equals the fold of its events. */
export interface ExecutionState extends Declared {
  readonly id: string;
  readonly type: 'PIPELINE' | 'ORCHESTRATION';
  readonly application: string;
  readonly name: string;
  readonly description?: string;
  readonly pipelineConfigId?: string;
  readonly origin?: string;
  readonly status: Status;
  readonly buildTime: number;
  readonly startTime?: number;
  readonly endTime?: number;
  /** Epoch ms after which it is not begun any more. */
  readonly startTimeExpiry?: number;
  readonly canceled: boolean;
  readonly canceledBy?: string;
  readonly cancellationReason?: string;
  readonly paused?: {
    readonly pausedBy: string;
    readonly pauseTime: number;
    readonly resumedBy?: string;
    readonly resumeTime?: number;
  };
  readonly trigger: ExecutionTrigger;
  /** Who started it, with the rights of then; `scope`: those of the token that it was started with. */
  readonly authentication: {
    readonly user: string;
    readonly roles: readonly string[];
    readonly admin: boolean;
    readonly scope?: TokenScope;
  };
  readonly notifications?: readonly Json[];
  readonly reason?: Reason;
  /** Sequence number of the last event. */
  readonly version: number;
  /** Position of the next stage to be made. */
  readonly nextPosition: number;
  /** By id, in order of creation. */
  readonly stages: Readonly<Record<string, StageState>>;
}
