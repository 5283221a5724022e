import type { Reason } from '@gennaker/contracts/execution';
import { isComplete, type Status } from '@gennaker/contracts/status';
import { isReady, withDescendants } from '../graph.ts';
import type { StageState } from '../model.ts';
import { executionStatus } from '../status.ts';
import { cancelStage } from './cancel-stage.ts';
import { startStage } from './start-stage.ts';
import { stepStage } from './step-stage.ts';
import type { Turn } from './turn.ts';

/**
 * Takes everything as far as it goes without the outside: stages start, step and end until nothing more can be decided.
 * Looks only at the stages that what was decided has touched, as all others stood still already.
 */
export function advance(turn: Turn): void {
  if (isComplete(turn.state.status)) return;
  if (turn.state.canceled) return finishCancelled(turn);
  if (turn.state.status !== 'RUNNING') return;
  for (let moved = true, over = false; moved;) {
    moved = false;
    const { ids, ended } = turn.takeTouched();
    over ||= ended;
    for (const id of ids) {
      moved = true;
      move(turn, id);
    }
    if (over && endIfDone(turn)) return;
    over = false;
  }
}

/** Moves a stage by one step, if it can; what it emits has it looked at again. */
function move(turn: Turn, id: string): void {
  const stage = turn.stage(id);
  if (!stage || isComplete(stage.status)) return;
  if (stage.context['manualSkip'] === true && (stage.status === 'RUNNING' || isReady(turn.graph, stage)))
    skip(turn, stage);
  else if (stage.status === 'RUNNING') stepStage(turn, stage);
  else if (isReady(turn.graph, stage)) startStage(turn, stage);
}

function skip(turn: Turn, stage: StageState): void {
  const reason = {
    summary: `Skipped by ${stage.lastModified?.user ?? 'a person'} while it ran`,
    evidence: { ...stage.lastModified },
  };
  if (stage.status === 'RUNNING') {
    for (const one of withDescendants(turn.graph, stage))
      if (one.status === 'NOT_STARTED')
        turn.emit({ type: 'StageCompleted', stageId: one.id, status: 'SKIPPED', reason });
    cancelStage(turn, stage, reason, 'SKIPPED');
  } else turn.emit({ type: 'StageCompleted', stageId: stage.id, status: 'SKIPPED', reason });
}

/** Ends the execution when its status is decided and no clean-up is left; the stages that still run are cancelled first. */
function endIfDone(turn: Turn): boolean {
  const stages = turn.graph.topLevel;
  const canGoOn = stages.some((stage) => stage.status === 'RUNNING' || isReady(turn.graph, stage));
  const status = executionStatus(stages, canGoOn);
  if (!status) return false;
  const cause = stages.find((stage) => stage.status === status);
  const reason = status === 'SUCCEEDED' ? undefined : endReason(stages, status, cause);
  for (const stage of stages)
    if (stage.status === 'RUNNING')
      cancelStage(turn, stage, { summary: `Cancelled: "${cause?.name ?? 'another stage'}" ended ${status}` });
  if (cleanupLeft(turn)) return true;
  turn.emit({ type: 'ExecutionCompleted', status, ...(reason ? { reason } : {}) });
  return true;
}

function endReason(stages: readonly StageState[], status: Status, cause: StageState | undefined): Reason {
  if (cause)
    return {
      ...cause.reason,
      summary: `The stage "${cause.name}" ended ${cause.status}${cause.reason ? `: ${cause.reason.summary}` : ''}`,
    };
  const stopped = stages.find((stage) => stage.status === 'STOPPED');
  if (stopped)
    return {
      summary: `The branch of "${stopped.name}" was halted and was to fail the pipeline at the end${stopped.reason ? `: ${stopped.reason.summary}` : ''}`,
    };
  const waiting = stages.filter((stage) => stage.status === 'NOT_STARTED').map((stage) => stage.name);
  return {
    summary: waiting.length > 0 ? `No stage can start: ${waiting.join(', ')}` : 'The pipeline has no stages',
    evidence: { waiting, status },
    next: waiting.length > 0 ? "correct the stages' dependencies" : 'add a stage',
  };
}

function cleanupLeft(turn: Turn): boolean {
  return Object.values(turn.state.stages).some((stage) => stage.tasks.some((task) => task.cleanup));
}

function finishCancelled(turn: Turn): void {
  if (cleanupLeft(turn)) return;
  const { canceledBy, cancellationReason } = turn.state;
  turn.emit({
    type: 'ExecutionCompleted',
    status: 'CANCELED',
    reason: {
      summary: `Cancelled by ${canceledBy ?? 'somebody'}${cancellationReason ? `: ${cancellationReason}` : ''}`,
    },
  });
}
