import type { Reason } from '@gennaker/contracts/execution';
import type { Status } from '@gennaker/contracts/status';
import type { ExecutionState, Json, StageState } from './model.ts';

/** A task as a stage's plan has it. */
export interface PlannedTask {
  readonly name: string;
  readonly timeoutMs?: number;
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
  | { readonly type: 'TasksRepeated'; readonly stageId: string; readonly context?: Json; readonly outputs?: Json }
  | { readonly type: 'CleanupDone'; readonly stageId: string; readonly taskId: string; readonly problem?: string }
  | { readonly type: 'StagePatched'; readonly stageId: string; readonly context: Json; readonly user: string }
  | { readonly type: 'StagePatchRefused'; readonly stageId: string; readonly user: string; readonly reason: Reason }
  | {
      readonly type: 'StageCompleted';
      readonly stageId: string;
      readonly status: Status;
      readonly context?: Json;
      readonly reason?: Reason;
    }
  | { readonly type: 'CancelRequested'; readonly user: string; readonly reason?: string }
  | { readonly type: 'ExecutionPaused'; readonly user: string }
  | { readonly type: 'ExecutionResumed'; readonly user: string }
  | { readonly type: 'ExecutionCompleted'; readonly status: Status; readonly reason?: Reason };

/** An event: a decision with its number in the execution (from 1, no gaps) and its time (epoch ms). */
export type EngineEvent = EventBody & { readonly sequence: number; readonly at: number };
