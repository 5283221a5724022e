import { ServiceError } from '@gennaker/contracts/error';
import type { Identity, TokenScope } from '@gennaker/contracts/people';
import { isComplete } from '@gennaker/contracts/status';
import { cancelStage } from './decide/cancel-stage.ts';
import { advance } from './decide/advance.ts';
import { prepareStages } from './decide/resolve-context.ts';
import { ignoreFailure, restart } from './decide/restart.ts';
import { takeResult } from './decide/take-result.ts';
import { applyTimeouts, askForDue } from './decide/timers.ts';
import { Turn } from './decide/turn.ts';
import { plannedStage } from './lookup.ts';
import { type Decision, type Effect, effectKey, type Env, type Message } from './messages.ts';
import type { ExecutionState, Json, StageState } from './model.ts';

/**
 * Decides what a message means for an execution: the events (facts, in order) and the effects that the shell must have
 * once these are committed. Pure and total: a stale or repeated message yields no events. `evolve` over the events gives
 * the state that was decided upon. `owned`: the state came of a decision before in the same step and nobody else holds it, so
 * that it is moved on in place instead of being copied.
 */
export function decide(state: ExecutionState, message: Message, env: Env, owned = false): Decision {
  const turn = new Turn(state, env, owned);
  if (isComplete(state.status) && message.type !== 'Restart' && message.type !== 'IgnoreFailure') return turn;
  apply(turn, message);
  // A result touches its stage alone; whatever else comes has everything looked at.
  if (message.type !== 'TaskReturned') turn.touchAll();
  advance(turn);
  if (message.type === 'Tick' || message.type === 'Resume') askForDue(turn);
  return { events: turn.events, effects: distinct(turn.effects), state: turn.state };
}

/** Each effect once. */
function distinct(effects: readonly Effect[]): readonly Effect[] {
  if (effects.length < 2) return effects;
  const keyOf = (effect: Effect): string => {
    const { key, run } = effectKey(effect);
    return `${key}/${run}`;
  };
  return [...new Map(effects.map((effect) => [keyOf(effect), effect])).values()];
}

function apply(turn: Turn, message: Message): void {
  const { state, env } = turn;
  switch (message.type) {
    case 'Start':
      start(turn);
      return;
    case 'Tick':
      if (state.status === 'RUNNING') applyTimeouts(turn);
      return;
    case 'TaskReturned':
      takeResult(turn, message);
      return;
    case 'CleanupReturned': {
      const task = turn.task(message.stageId, message.taskId);
      if (task?.cleanup && task.attempt === message.attempt)
        turn.emit({
          type: 'CleanupDone',
          stageId: message.stageId,
          taskId: message.taskId,
          ...(message.problem === undefined ? {} : { problem: message.problem }),
        });
      return;
    }
    case 'LookedUp': {
      const stage = turn.stage(message.stageId);
      const { stageId, key, answer } = message;
      if (stage && !isComplete(stage.status) && !Object.hasOwn(stage.answers ?? {}, key))
        turn.emit({ type: 'LookedUp', stageId, key, answer });
      return;
    }
    case 'Patch':
      patch(turn, message);
      return;
    case 'Wake':
      wake(turn, message.stageId, message.cause);
      return;
    case 'Cancel':
      if (state.canceled) return;
      turn.emit({
        type: 'CancelRequested',
        user: message.user,
        ...(message.reason === undefined ? {} : { reason: message.reason }),
      });
      for (const stage of turn.graph.topLevel)
        cancelStage(turn, stage, {
          summary: `Cancelled by ${message.user}${message.reason ? `: ${message.reason}` : ''}`,
          evidence: { user: message.user, at: env.now },
        });
      return;
    case 'ForceCancel':
      forceCancel(turn, message);
      return;
    case 'Queue':
      if (state.status === 'NOT_STARTED' && !state.canceled && state.reason?.summary !== message.reason.summary)
        turn.emit({ type: 'ExecutionQueued', reason: message.reason });
      return;
    case 'Restart':
      restart(turn, message);
      return;
    case 'IgnoreFailure':
      ignoreFailure(turn, message);
      return;
    case 'Pause':
      if (state.status === 'RUNNING' && !state.canceled) turn.emit({ type: 'ExecutionPaused', user: message.user });
      return;
    case 'Resume':
      if (state.status === 'PAUSED') turn.emit({ type: 'ExecutionResumed', user: message.user });
      return;
  }
}

function start(turn: Turn): void {
  const { state, env } = turn;
  if (state.status !== 'NOT_STARTED' || state.canceled) return;
  const { startTimeExpiry } = state;
  if (startTimeExpiry === undefined || env.now <= startTimeExpiry) {
    turn.emit({ type: 'ExecutionStarted' });
    if (state.spelEvaluator !== 'v4') prepareStages(turn);
    return;
  }
  turn.emit({
    type: 'CancelRequested',
    user: 'system',
    reason: `it was to be begun by ${new Date(startTimeExpiry).toISOString()}`,
  });
}

/** Ends everything where it stands; what was to be cleaned up is left, and said. */
function forceCancel(turn: Turn, message: Extract<Message, { type: 'ForceCancel' }>): void {
  const { user, reason: because } = message;
  const asked = { user, ...(because === undefined ? {} : { reason: because }) };
  if (!turn.state.canceled) turn.emit({ type: 'CancelRequested', ...asked });
  const reason = {
    summary: `Ended by force by ${user}${because ? `: ${because}` : ''}`,
    evidence: { ...asked, at: turn.env.now },
    next: 'what it had begun outside was not cleaned up: look after it by hand',
  };
  for (const stage of Object.values(turn.state.stages)) {
    for (const task of stage.tasks) {
      const at = { stageId: stage.id, taskId: task.id };
      const runs = !isComplete(task.status) && task.status !== 'NOT_STARTED';
      if (runs) turn.emit({ type: 'TaskCompleted', ...at, status: 'CANCELED', reason });
      if (runs || task.cleanup) turn.effect({ type: 'AbortRun', ...at, attempt: task.attempt });
      if (task.cleanup) turn.emit({ type: 'CleanupDone', ...at, problem: reason.summary });
    }
    if (!isComplete(stage.status) && stage.status !== 'NOT_STARTED')
      turn.emit({ type: 'StageCompleted', stageId: stage.id, status: 'CANCELED', reason });
  }
}

/** A judge's rights are kept where later stages may act as the judge. */
function rights(by: Identity): { roles?: readonly string[]; admin?: boolean; scope?: TokenScope } {
  return {
    ...(by.roles.length > 0 ? { roles: by.roles } : {}),
    ...(by.admin ? { admin: true } : {}),
    ...(by.scope ? { scope: by.scope } : {}),
  };
}

/** Merges what a person sent into a stage's context, as its definition allows, and runs its task at once. */
function patch(turn: Turn, message: Extract<Message, { type: 'Patch' }>): void {
  const { env, state } = turn;
  const stage = turn.stage(message.stageId);
  if (!stage || isComplete(stage.status)) return;
  try {
    const context = patchedContext(state, stage, message.patch, message.by, env);
    turn.emit({ type: 'StagePatched', stageId: stage.id, context, user: message.by.user, ...rights(message.by) });
  } catch (error) {
    const fix = error instanceof ServiceError ? error.details.fix : undefined;
    turn.emit({
      type: 'StagePatchRefused',
      stageId: stage.id,
      user: message.by.user,
      reason: { summary: error instanceof Error ? error.message : String(error), ...(fix ? { next: fix } : {}) },
    });
    return;
  }
  wake(turn, stage.id, `changed by ${message.by.user}`);
}

/**
 * What a person's patch adds to a stage's context.
 * @throws ServiceError 4xx when the stage's definition refuses it.
 */
export function patchedContext(state: ExecutionState, stage: StageState, patch: Json, by: Identity, env: Env): Json {
  const definition = env.definition(stage.type);
  if (patch['manualSkip'] === true && definition?.canManuallySkip !== true && stage.context['canManuallySkip'] !== true)
    throw new ServiceError(405, `The stage "${stage.name}" cannot be skipped by hand`, {
      field: 'manualSkip',
      fix: `set canManuallySkip in the stage, or cancel the execution`,
    });
  return definition?.onPatch
    ? definition.onPatch(plannedStage(stage), patch, { by, starter: state.authentication.user, now: env.now })
    : patch;
}

/** Has a stage's running task run again at once. */
function wake(turn: Turn, stageId: string, cause: string): void {
  const stage = turn.stage(stageId);
  for (const task of stage?.tasks ?? []) {
    if (task.status !== 'RUNNING' && task.status !== 'PAUSED') continue;
    turn.emit({ type: 'TaskWoken', stageId, taskId: task.id, cause });
    const woken = turn.task(stageId, task.id);
    if (task.waiting && woken && !woken.waiting && turn.state.status === 'RUNNING')
      turn.effect({ type: 'RunTask', stageId, taskId: task.id, attempt: woken.attempt, run: woken.runs });
  }
}
