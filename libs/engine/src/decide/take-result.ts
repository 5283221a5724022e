import type { Reason } from '@gennaker/contracts/execution';
import { isComplete, type Status } from '@gennaker/contracts/status';
import { exceptionOf } from '../evolve.ts';
import type { Message, RunResult } from '../messages.ts';
import type { StageState, TaskState } from '../model.ts';
import { failureStatus } from '../status.ts';
import { hasCleanup } from './cancel-stage.ts';
import type { Turn } from './turn.ts';

/** Errors in a row that may pass before the task is given up. */
const MAX_ERRORS = 60;
/** Longest backoff where the configuration says nothing else. */
const MAX_BACKOFF_MS = 2 * 60_000;

/** Takes what a run answered: once per attempt and run; a stage that ended meanwhile takes nothing. */
export function takeResult(turn: Turn, message: Extract<Message, { type: 'TaskReturned' }>): void {
  const { stageId, taskId, result } = message;
  const stage = turn.stage(stageId);
  const task = turn.task(stageId, taskId);
  if (!stage || !task || (stage.status !== 'RUNNING' && stage.status !== 'PAUSED')) return;
  if (isComplete(task.status) || task.status === 'NOT_STARTED') return;
  if (task.attempt !== message.attempt || task.runs !== message.run) return;
  const results = {
    ...(result.context && Object.keys(result.context).length > 0 ? { context: result.context } : {}),
    ...(result.outputs && Object.keys(result.outputs).length > 0 ? { outputs: result.outputs } : {}),
  };
  switch (result.status) {
    case 'REDIRECT':
      turn.emit({ type: 'TasksRepeated', stageId, ...loopOf(stage, task), ...results });
      return;
    case 'SUCCEEDED':
    case 'SKIPPED':
    case 'STOPPED':
    case 'FAILED_CONTINUE':
      turn.emit({
        type: 'TaskCompleted',
        stageId,
        taskId,
        status: result.status,
        ...(result.status === 'FAILED_CONTINUE' ? { goesOn: true } : {}),
        ...results,
        ...(result.reason ? { reason: result.reason } : {}),
      });
      return;
    case 'TERMINAL':
    case 'CANCELED':
      endBadly(turn, stage, task, result.status, results, result.reason);
      return;
    default:
      if (result.failed && task.errors + 1 >= MAX_ERRORS) {
        endBadly(turn, stage, task, 'TERMINAL', results, {
          summary: `Given up after ${MAX_ERRORS} attempts: ${result.reason?.summary ?? 'each one failed'}`,
          ...(result.reason?.evidence ? { evidence: result.reason.evidence } : {}),
        });
        return;
      }
      turn.emit({
        type: 'TaskWaiting',
        stageId,
        taskId,
        ...wakeOf(turn, stage, result),
        ...(result.failed ? { failed: true } : {}),
        ...results,
        ...(result.reason ? { reason: result.reason } : {}),
      });
      rerunIfDue(turn, stageId, taskId);
  }
}

/** The tasks of the innermost loop that a task is in; without one, all tasks of the stage are repeated. */
function loopOf(stage: StageState, task: TaskState): { taskIds?: readonly string[] } {
  const at = stage.tasks.indexOf(task);
  const first = stage.tasks.findLastIndex((one, index) => index <= at && (one.loop === 'start' || one.loop === 'both'));
  const last = stage.tasks.findIndex((one, index) => index >= at && (one.loop === 'end' || one.loop === 'both'));
  return first < 0 || last < 0 ? {} : { taskIds: stage.tasks.slice(first, last + 1).map((one) => one.id) };
}

/**
 * When a task that goes on is run again: as it asks, but not before the backoff that the stage, its provider or its account
 * was given, which is capped. A task that waits for a certain moment waits for just that.
 */
function wakeOf(turn: Turn, stage: StageState, result: RunResult): { until?: number } {
  const { wakeAfterMs, exact } = result;
  if (wakeAfterMs === undefined) return {};
  const { context } = stage;
  const own = Number(context['backoffPeriodMs'] ?? 0) || 0;
  const text = (key: string): string | undefined => (typeof context[key] === 'string' ? context[key] : undefined);
  const configured = turn.env.backoff?.(text('cloudProvider'), text('credentials') ?? text('account')) ?? 0;
  const atLeast = exact ? 0 : Math.min(Math.max(own, configured), turn.env.maxBackoff ?? MAX_BACKOFF_MS);
  return { until: turn.env.now + Math.max(0, wakeAfterMs, atLeast) };
}

function rerunIfDue(turn: Turn, stageId: string, taskId: string): void {
  const task = turn.task(stageId, taskId);
  if (!task || task.status !== 'RUNNING' || turn.state.status !== 'RUNNING') return;
  const due = !task.waiting || (task.waiting.until !== undefined && task.waiting.until <= turn.env.now);
  if (due) turn.effect({ type: 'RunTask', stageId, taskId, attempt: task.attempt, run: task.runs });
}

function endBadly(
  turn: Turn,
  stage: StageState,
  task: TaskState,
  said: 'TERMINAL' | 'CANCELED',
  results: { context?: Readonly<Record<string, unknown>>; outputs?: Readonly<Record<string, unknown>> },
  given: Reason | undefined,
): void {
  const reason = given ?? { summary: `The task ${task.name} ended ${said} and gave no reason` };
  const status: Status = failureStatus(stage.context, said);
  const cleanup = said === 'CANCELED' && hasCleanup(turn, stage, task);
  turn.emit({
    type: 'TaskCompleted',
    stageId: stage.id,
    taskId: task.id,
    status,
    ...results,
    // A task may know better where it went wrong: in another execution.
    context: { exception: exceptionOf(reason, task.name, turn.env.now), ...results.context },
    reason,
    ...(cleanup ? { cleanup } : {}),
  });
  if (cleanup) turn.effect({ type: 'CleanUp', stageId: stage.id, taskId: task.id, attempt: task.attempt });
}
