import type { Reason } from '@gennaker/contracts/execution';
import type { Status } from '@gennaker/contracts/status';
import { withDescendants } from '../graph.ts';
import type { Json, StageState } from '../model.ts';
import type { Turn } from './turn.ts';

/** Ends a stage. With a stage of the pipeline ends what its tasks, and those of the stages below it, took for the whole of it. `context` is added to its own. */
export function endStage(
  turn: Turn,
  stage: StageState,
  status: Status,
  reason: Reason | undefined,
  context?: Json,
): void {
  turn.emit({
    type: 'StageCompleted',
    stageId: stage.id,
    status,
    ...(context ? { context } : {}),
    ...(reason ? { reason } : {}),
  });
  if (stage.parentStageId !== undefined) return;
  for (const { id: stageId, tasks } of withDescendants(turn.graph, stage))
    for (const { id: taskId, atEnd, status: was, attempt } of tasks) {
      if (!atEnd || was === 'NOT_STARTED') continue;
      turn.emit({ type: 'CleanupAsked', stageId, taskId });
      turn.effect({ type: 'CleanUp', stageId, taskId, attempt });
    }
}
