import type { ExecutionState, StageState, TaskState } from '../model.ts';
import { failureStatus } from '../status.ts';
import { endTask, plannedTasks } from './cancel-stage.ts';
import type { Turn } from './turn.ts';

interface Deadline {
  readonly at: number;
  readonly ms: number;
  /** Whose limit it is: a stage's name, or undefined for the task's own. */
  readonly stage?: StageState;
}

/** The stage type that waits until a pipeline's stage may run; its time counts towards no timeout. */
export const WINDOW_TYPE = 'restrictExecutionDuringTimeWindow';

/** How long a stage waited for its window, ms; it is not begun before that is over. */
function windowMs(state: ExecutionState, stage: StageState): number {
  if (String(stage.context['restrictExecutionDuringTimeWindow']) !== 'true') return 0;
  for (const other of Object.values(state.stages))
    if (other.parentStageId === stage.id && other.type === WINDOW_TYPE && other.startTime !== undefined)
      return (other.endTime ?? Infinity) - other.startTime - (other.endTime === undefined ? 0 : other.pausedMs);
  return 0;
}

/** The stage timeout that holds for a task: the nearest stage, itself or above, that has one. Paused time and windows do not count. */
function stageDeadline(state: ExecutionState, stage: StageState): Deadline | undefined {
  for (
    let at: StageState | undefined = stage;
    at;
    at = at.parentStageId === undefined ? undefined : state.stages[at.parentStageId]
  ) {
    // What follows a failure has the time that it needs: it may be that very timeout which it follows.
    if (at !== stage && at.failurePlanned) return undefined;
    const own = at.context['stageTimeoutMs'];
    const ms = typeof own === 'number' && own > 0 ? own : at.timeoutMs;
    if (ms !== undefined && at.startTime !== undefined)
      return { at: at.startTime + at.pausedMs + windowMs(state, at) + ms, ms, stage: at };
  }
  return undefined;
}

/** When a running task gives up. A stage timeout that a user set takes the place of the task's own limit. */
export function taskDeadline(state: ExecutionState, stage: StageState, task: TaskState): Deadline | undefined {
  const byStage = stage.type === WINDOW_TYPE ? undefined : stageDeadline(state, stage);
  const byUser = byStage && typeof byStage.stage?.context['stageTimeoutMs'] === 'number';
  if (task.timeoutMs === undefined || task.startTime === undefined || byUser) return byStage;
  const own = { at: task.startTime + task.pausedMs + task.timeoutMs, ms: task.timeoutMs };
  return byStage && byStage.at < own.at ? byStage : own;
}

/** The next time (epoch ms) later than `after` at which something is due by the clock alone: a waiting task or a timeout. */
export function nextWake(state: ExecutionState, after = -Infinity): number | undefined {
  if (state.status !== 'RUNNING') return undefined;
  let next = Infinity;
  const consider = (at: number | undefined): void => {
    if (at !== undefined && at > after && at < next) next = at;
  };
  for (const stage of Object.values(state.stages)) {
    if (stage.status !== 'RUNNING') continue;
    for (const task of stage.tasks) {
      if (task.status !== 'RUNNING') continue;
      consider(task.waiting?.until);
      consider(taskDeadline(state, stage, task)?.at);
    }
  }
  return next === Infinity ? undefined : next;
}

/** Ends the tasks whose time is up. */
export function applyTimeouts(turn: Turn): void {
  for (const stage of Object.values(turn.state.stages)) {
    if (stage.status !== 'RUNNING') continue;
    for (const task of stage.tasks) {
      if (task.status !== 'RUNNING') continue;
      const deadline = taskDeadline(turn.state, stage, task);
      if (!deadline || turn.env.now < deadline.at) continue;
      const succeed = stage.context['markSuccessfulOnTimeout'] === true;
      const otherwise = deadline.stage ? undefined : onTimeout(turn, stage, task);
      const what = deadline.stage ? `The stage "${deadline.stage.name}"` : `The task ${task.name}`;
      const success = succeed ? ', which counts as success' : '';
      const waited = task.reason ? `. It waited: ${task.reason.summary}` : '';
      endTask(turn, stage, task, succeed ? 'SUCCEEDED' : (otherwise ?? failureStatus(stage.context)), {
        summary: `${what} was not done after ${inWords(deadline.ms)}${success}${waited}`,
        evidence: {
          timeoutMs: deadline.ms,
          task: task.name,
          ...(task.reason ? { waitedFor: task.reason.summary } : {}),
        },
        next: succeed ? 'the next step goes on' : 'raise the timeout, or look why it took so long',
      });
    }
  }
}

/** How a task of this stage counts when its own time is up, where its definition says so. */
function onTimeout(turn: Turn, stage: StageState, task: TaskState): 'TERMINAL' | 'FAILED_CONTINUE' | undefined {
  return plannedTasks(turn, stage).find((one) => one.name === task.name)?.onTimeout;
}

/** A duration as people say it. */
export function inWords(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Asks for every run that is due, and every clean-up that is left: those under way already are known to the shell. */
export function askForDue(turn: Turn): void {
  for (const stage of Object.values(turn.state.stages))
    for (const task of stage.tasks) {
      if (task.cleanup) turn.effect({ type: 'CleanUp', stageId: stage.id, taskId: task.id, attempt: task.attempt });
      if (turn.state.status !== 'RUNNING' || stage.status !== 'RUNNING' || task.status !== 'RUNNING') continue;
      const due = !task.waiting || (task.waiting.until !== undefined && task.waiting.until <= turn.env.now);
      if (due)
        turn.effect({ type: 'RunTask', stageId: stage.id, taskId: task.id, attempt: task.attempt, run: task.runs });
    }
}
