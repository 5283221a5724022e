import type { Reason } from '@gennaker/contracts/execution';
import type { TokenScope } from '@gennaker/contracts/people';
import type { Status } from '@gennaker/contracts/status';
import type { ExecutionState, Json, LookupAnswer, StageState } from './model.ts';

/** A task as a stage's plan has it. */
export interface PlannedTask {
  readonly name: string;
  readonly timeoutMs?: number;
  readonly loop?: 'start' | 'end' | 'both';
  /** Something is to be given back when the stage of the pipeline that it belongs to has ended. */
  readonly atEnd?: boolean;
}

/** What was decided; the history. */
export type EventBody =
  | { readonly type: 'ExecutionCreated'; readonly execution: Omit<ExecutionState, 'version'> }
  | { readonly type: 'ExecutionStarted' }
  | {
      readonly type: 'StageStarted';
      readonly stageId: string;
      readonly tasks: readonly PlannedTask[];
      /** The context after expressions were resolved; absent when nothing changed. */
      readonly context?: Json;
      readonly timeoutMs?: number;
    }
  | {
      readonly type: 'StagesPlanned';
      readonly parentStageId: string;
      readonly phase: 'before' | 'after' | 'onFailure';
      readonly stages: readonly Omit<StageState, 'position'>[];
    }
  | { readonly type: 'StagePlanFailed'; readonly stageId: string; readonly reason: Reason }
  | { readonly type: 'StagesRemoved'; readonly stageIds: readonly string[] }
  | {
      readonly type: 'TaskStarted';
      readonly stageId: string;
      readonly taskId: string;
      /** The stage's whole context after expressions were resolved; absent when nothing changed. */
      readonly context?: Json;
    }
  | {
      /** A run came back and the task goes on. */
      readonly type: 'TaskWaiting';
      readonly stageId: string;
      readonly taskId: string;
      readonly until?: number;
      readonly failed?: boolean;
      readonly context?: Json;
      readonly outputs?: Json;
      readonly reason?: Reason;
    }
  | { readonly type: 'TaskWoken'; readonly stageId: string; readonly taskId: string; readonly cause: string }
  | {
      readonly type: 'TaskCompleted';
      readonly stageId: string;
      readonly taskId: string;
      readonly status: Status;
      readonly goesOn?: boolean;
      readonly cleanup?: boolean;
      readonly context?: Json;
      readonly outputs?: Json;
      readonly reason?: Reason;
    }
  | {
      /** A loop goes round again: these tasks (absent: all of the stage) start anew. */
      readonly type: 'TasksRepeated';
      readonly stageId: string;
      readonly taskIds?: readonly string[];
      readonly context?: Json;
      readonly outputs?: Json;
    }
  /** The stage of the pipeline has ended: what the task took for the whole of it is to be given back. */
  | { readonly type: 'CleanupAsked'; readonly stageId: string; readonly taskId: string }
  | { readonly type: 'CleanupDone'; readonly stageId: string; readonly taskId: string; readonly problem?: string }
  | {
      readonly type: 'StagePatched';
      readonly stageId: string;
      readonly context: Json;
      readonly user: string;
      readonly roles?: readonly string[];
      readonly admin?: boolean;
      readonly scope?: TokenScope;
    }
  | { readonly type: 'StagePatchRefused'; readonly stageId: string; readonly user: string; readonly reason: Reason }
  /** At the pipeline's start: what of a stage's expressions could be evaluated already. */
  | { readonly type: 'StagePrepared'; readonly stageId: string; readonly context: Json }
  | { readonly type: 'LookedUp'; readonly stageId: string; readonly key: string; readonly answer: LookupAnswer }
  | {
      readonly type: 'StageCompleted';
      readonly stageId: string;
      readonly status: Status;
      readonly context?: Json;
      readonly reason?: Reason;
    }
  | { readonly type: 'CancelRequested'; readonly user: string; readonly reason?: string }
  | { readonly type: 'ExecutionQueued'; readonly reason: Reason }
  | {
      /** A stage and what comes after it are to run again. */
      readonly type: 'ExecutionRestarted';
      readonly stageId: string;
      readonly by: string;
      /** Stages as they are run again: what they keep of their context and outputs. */
      readonly stages: readonly { readonly id: string; readonly context: Json; readonly outputs: Json }[];
      /** Their synthetic stages, which are planned anew. */
      readonly removed: readonly string[];
      /** It waits for a slot: the reason says so. */
      readonly queued?: Reason;
    }
  | { readonly type: 'FailureIgnored'; readonly stageId: string; readonly by: string; readonly reason: Reason }
  | { readonly type: 'ExecutionPaused'; readonly user: string }
  | { readonly type: 'ExecutionResumed'; readonly user: string }
  | { readonly type: 'ExecutionCompleted'; readonly status: Status; readonly reason?: Reason };

/** An event: a decision with its number in the execution (from 1, no gaps) and its time (epoch ms). */
export type EngineEvent = EventBody & { readonly sequence: number; readonly at: number };
