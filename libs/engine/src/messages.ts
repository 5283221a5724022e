import type { Identity } from '@gennaker/contracts/people';
import type { Reason } from '@gennaker/contracts/execution';
import type { Status } from '@gennaker/contracts/status';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import type { StrategyDefinition } from '@gennaker/extension-sdk/strategy';
import type { EngineEvent } from './events.ts';
import type { Json } from './model.ts';

/** What a task's run answered, as the shell hands it in. `failed`: an error that may pass; the run is repeated with the same key. */
export interface RunResult {
  readonly status: Status;
  readonly context?: Json;
  readonly outputs?: Json;
  readonly wakeAfterMs?: number;
  readonly reason?: Reason;
  readonly failed?: boolean;
}

/** A fact or command for the engine. */
export type Message =
  | { readonly type: 'Start' }
  /** Time has passed or a claim was taken: what is due is asked for (again). */
  | { readonly type: 'Tick' }
  | {
      readonly type: 'TaskReturned';
      readonly stageId: string;
      readonly taskId: string;
      readonly attempt: number;
      readonly run: number;
      readonly result: RunResult;
    }
  | {
      readonly type: 'CleanupReturned';
      readonly stageId: string;
      readonly taskId: string;
      readonly attempt: number;
      readonly problem?: string;
    }
  | { readonly type: 'Patch'; readonly stageId: string; readonly patch: Json; readonly by: Identity }
  | { readonly type: 'Wake'; readonly stageId: string; readonly cause: string }
  | { readonly type: 'Cancel'; readonly user: string; readonly reason?: string }
  | { readonly type: 'Pause'; readonly user: string }
  | { readonly type: 'Resume'; readonly user: string };

/** What the shell must do after the commit. The same effect may be asked for again: the shell does it once per key and run. */
export type Effect =
  | {
      readonly type: 'RunTask';
      readonly stageId: string;
      readonly taskId: string;
      readonly attempt: number;
      readonly run: number;
    }
  /** Abort a run that may be under way, then clean up. */
  | { readonly type: 'CleanUp'; readonly stageId: string; readonly taskId: string; readonly attempt: number }
  | { readonly type: 'AbortRun'; readonly stageId: string; readonly taskId: string; readonly attempt: number };

/** One expression that could not be evaluated. */
export interface ExpressionProblem {
  readonly expression: string;
  readonly level: 'ERROR' | 'INFO';
  readonly description: string;
}

/** Where names in expressions come from. */
export interface ExpressionScope {
  lookup(name: string): unknown;
}

/** What deciding may use: the time, the stage definitions and the expression language, all pure. */
export interface Env {
  /** Epoch milliseconds. */
  readonly now: number;
  definition(type: string): AnyStageDefinition | undefined;
  strategy?(type: string): StrategyDefinition | undefined;
  resolve(value: unknown, scope: ExpressionScope): { value: unknown; problems: readonly ExpressionProblem[] };
}

export interface Decision {
  readonly events: readonly EngineEvent[];
  readonly effects: readonly Effect[];
}
