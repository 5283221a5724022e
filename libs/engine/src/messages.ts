import type { Identity } from '@gennaker/contracts/people';
import type { Reason } from '@gennaker/contracts/execution';
import type { Status } from '@gennaker/contracts/status';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import type { StrategyDefinition } from '@gennaker/extension-sdk/strategy';
import type { EngineEvent } from './events.ts';
import type { ExecutionState, Json, LookupAnswer } from './model.ts';

/** What a task's run answered, as the shell hands it in. `failed`: an error that may pass; the run is repeated with the same key. */
export interface RunResult {
  readonly status: Status;
  readonly context?: Json;
  readonly outputs?: Json;
  readonly wakeAfterMs?: number;
  readonly exact?: boolean;
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
  /** What an expression of a stage asked of the outside is known. */
  | {
      readonly type: 'LookedUp';
      readonly stageId: string;
      readonly key: string;
      readonly answer: LookupAnswer;
    }
  | { readonly type: 'Patch'; readonly stageId: string; readonly patch: Json; readonly by: Identity }
  | { readonly type: 'Wake'; readonly stageId: string; readonly cause: string }
  | { readonly type: 'Cancel'; readonly user: string; readonly reason?: string }
  /** Ends it at once, without clean-up: for an execution that cannot end by itself. */
  | { readonly type: 'ForceCancel'; readonly user: string; readonly reason?: string }
  /** It has to wait for a slot before its first step. */
  | { readonly type: 'Queue'; readonly reason: Reason }
  /** Run a stage and all that comes after it again, also of an execution that has ended. Not admitted: it waits for a slot first. */
  | {
      readonly type: 'Restart';
      readonly stageId: string;
      readonly by: Identity;
      readonly admitted: boolean;
      /** Merged into the stage's context before it is prepared. */
      readonly context?: Json;
    }
  /** A failed stage counts as FAILED_CONTINUE, and what waits for it goes on, also of an execution that has ended. */
  | { readonly type: 'IgnoreFailure'; readonly stageId: string; readonly by: Identity; readonly reason?: string }
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
  /** Ask the outside what an expression of a stage needs; the answer comes back as LookedUp. */
  | { readonly type: 'LookUp'; readonly stageId: string; readonly key: string; readonly lookup: Json }
  /** Abort a run that may be under way, then clean up. */
  | { readonly type: 'CleanUp'; readonly stageId: string; readonly taskId: string; readonly attempt: number }
  | { readonly type: 'AbortRun'; readonly stageId: string; readonly taskId: string; readonly attempt: number };

/** What an effect is about (`key`) and which doing of it (`run`): one is under way per key, and the same run is done once. */
export function effectKey(effect: Effect): { readonly key: string; readonly run: string } {
  if (effect.type === 'LookUp') return { key: `${effect.stageId}/${effect.key}`, run: 'lookup' };
  const key = `${effect.stageId}/${effect.taskId}/${effect.attempt}`;
  return { key, run: effect.type === 'RunTask' ? String(effect.run) : effect.type === 'CleanUp' ? 'cleanup' : 'abort' };
}

/** One expression that could not be evaluated. */
export interface ExpressionProblem {
  readonly expression: string;
  readonly level: 'ERROR' | 'INFO';
  readonly description: string;
}

/** Where expressions stand: what names mean there, and whose they are. */
export interface ExpressionScope {
  lookup(name: string): unknown;
  /** The stage that they belong to; none at the pipeline's start. */
  readonly stageId?: string;
  /** Who it runs for. */
  readonly user?: string;
  /** What a missing name or key is: null, or an error, so that the text waits. */
  readonly unknownKeys?: 'null' | 'error';
  /** What was looked up for them, by key. */
  readonly answers?: Readonly<Record<string, LookupAnswer>>;
}

/** What expressions came to. `lookups`: what must be asked of the outside before the rest can be resolved. */
export interface ResolvedValue {
  readonly value: unknown;
  readonly problems: readonly ExpressionProblem[];
  readonly lookups?: readonly { readonly key: string; readonly lookup: Json }[];
}

/** What deciding may use: the time, the stage definitions and the expression language, all pure. */
export interface Env {
  /** Epoch milliseconds. */
  readonly now: number;
  definition(type: string): AnyStageDefinition | undefined;
  strategy?(type: string): StrategyDefinition | undefined;
  /** Least time between runs of a waiting task that the configuration asks for, ms: global, by provider, by account. */
  backoff?(provider: string | undefined, account: string | undefined): number;
  /** Longest time that the configuration or a stage's backoff makes a task wait, ms; absent: two minutes. */
  readonly maxBackoff?: number;
  resolve(value: unknown, scope: ExpressionScope): ResolvedValue;
}

export interface Decision {
  readonly events: readonly EngineEvent[];
  readonly effects: readonly Effect[];
  /** The fold of the events over the state that was decided upon; what did not change is the same object. */
  readonly state: ExecutionState;
}
