import type { Reason } from '@gennaker/contracts/execution';
import { isComplete, type Status } from '@gennaker/contracts/status';
import type { TaskDefinition } from '@gennaker/extension-sdk/stage';
import { withDescendants } from '../graph.ts';
import { planView, plannedStage } from '../lookup.ts';
import type { StageState, TaskState } from '../model.ts';
import { endStage } from './end-stage.ts';
import type { Turn } from './turn.ts';

/** The tasks of a stage as its definition plans them now; none when it cannot. */
export function plannedTasks(turn: Turn, stage: StageState): readonly TaskDefinition<never>[] {
  try {
    return turn.definition(stage)?.tasks(plannedStage(stage), planView(turn.state, stage, turn.env)) ?? [];
  } catch {
    return [];
  }
}

/** Has the task a clean-up of its own? */
export function hasCleanup(turn: Turn, stage: StageState, task: TaskState): boolean {
  return plannedTasks(turn, stage).some(
    (candidate) => candidate.name === task.name && candidate.onCancel !== undefined,
  );
}

/** Ends a running task from outside: a run under way is aborted, and cleaned up after where the task knows how. */
export function endTask(turn: Turn, stage: StageState, task: TaskState, status: Status, reason: Reason): void {
  const cleanup = hasCleanup(turn, stage, task);
  turn.emit({
    type: 'TaskCompleted',
    stageId: stage.id,
    taskId: task.id,
    status,
    reason,
    ...(cleanup ? { cleanup } : {}),
  });
  turn.effect({
    type: cleanup ? 'CleanUp' : 'AbortRun',
    stageId: stage.id,
    taskId: task.id,
    attempt: task.attempt,
  });
}

/** Ends a stage and everything below it that runs; below it, what has not started never will. */
export function cancelStage(turn: Turn, top: StageState, reason: Reason, status: Status = 'CANCELED'): void {
  for (const stage of withDescendants(turn.graph, top)) {
    if (isComplete(stage.status) || stage.status === 'NOT_STARTED') continue;
    for (const task of stage.tasks)
      if (!isComplete(task.status) && task.status !== 'NOT_STARTED') endTask(turn, stage, task, status, reason);
    endStage(turn, stage, status, reason);
  }
}
