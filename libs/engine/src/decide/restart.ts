import type { Reason } from '@gennaker/contracts/execution';
import type { Person } from '@gennaker/contracts/people';
import { isComplete } from '@gennaker/contracts/status';
import { topLevel, withDescendants } from '../graph.ts';
import { plannedStage } from '../lookup.ts';
import type { Message } from '../messages.ts';
import type { Json, StageState } from '../model.ts';
import { halts } from '../status.ts';
import type { Turn } from './turn.ts';

/** Keys of a context that tell of a run that is over. */
const OF_A_RUN = ['exception', 'expressionEvaluationSummary', 'manualSkip', 'skipRemainingWait'] as const;

/**
 * Has a stage and everything after it run again: its top-level ancestor is meant, which must have ended or not have begun.
 * What was cancelled because of a failure or by a person runs again too, as the execution could end no other way.
 */
export function restart(turn: Turn, message: Extract<Message, { type: 'Restart' }>): void {
  const meant = turn.stage(message.stageId);
  const stage = meant && topLevel(turn.state, meant);
  if (!stage || !canRestart(stage)) return;
  runAgain(
    turn,
    stage,
    message.by,
    [stage, ...turn.graph.topLevel.filter((one) => one.status === 'CANCELED')],
    message.admitted,
    message.context,
  );
}

/** Counts a failed stage as FAILED_CONTINUE: what waits for it goes on, and what was cancelled because of it runs again. */
export function ignoreFailure(turn: Turn, message: Extract<Message, { type: 'IgnoreFailure' }>): void {
  const stage = turn.stage(message.stageId);
  if (!stage || stage.parentStageId !== undefined || !halts(stage.status)) return;
  const reason: Reason = {
    summary: `${message.by.user} let it count as passed: it had ended ${stage.status}${stage.reason ? ` (${stage.reason.summary})` : ''}${message.reason ? `. ${message.reason}` : ''}`,
    evidence: { by: message.by.user, status: stage.status, ...(message.reason ? { because: message.reason } : {}) },
  };
  const others = turn.graph.topLevel.filter((one) => one.status === 'CANCELED' && one.id !== stage.id);
  if (runAgain(turn, stage, message.by, others, true))
    turn.emit({ type: 'FailureIgnored', stageId: stage.id, by: message.by.user, reason });
}

/** May a stage be restarted: has it ended, or not begun? */
export function canRestart(stage: StageState): boolean {
  return isComplete(stage.status) || stage.status === 'NOT_STARTED';
}

/** False where it cannot be yet: the execution is being cancelled, or a stage that would run again is still being cleaned up after. */
function runAgain(
  turn: Turn,
  cause: StageState,
  by: Person,
  from: readonly StageState[],
  admitted: boolean,
  more?: Json,
): boolean {
  const { status, canceled, reason } = turn.state;
  if (canceled && !isComplete(status)) return false;
  const again = new Map<string, StageState>();
  for (const stage of from) for (const one of withDownstream(turn, stage)) again.set(one.id, one);
  if (!from.includes(cause)) again.delete(cause.id);
  const touched = [...again.values()].flatMap((stage) => withDescendants(turn.graph, stage));
  if (touched.some((stage) => stage.tasks.some((task) => task.cleanup))) return false;
  const removed = touched.filter((stage) => !again.has(stage.id)).map((stage) => stage.id);
  const queued: Reason = {
    summary: 'Waits for its turn to run again: as many executions of this pipeline run as may at once',
    evidence: { restartedBy: by.user, stage: cause.name },
    next: 'it goes on when one of them ends',
  };
  // One that runs has its slot, and one that waits for it goes on waiting.
  const waits = status === 'NOT_STARTED' || (isComplete(status) && !admitted);
  turn.emit({
    type: 'ExecutionRestarted',
    stageId: cause.id,
    by: by.user,
    stages: [...again.values()].map((stage) => ({
      id: stage.id,
      ...prepared(
        turn,
        stage.id === cause.id && more ? { ...stage, context: { ...stage.context, ...more } } : stage,
        by,
      ),
    })),
    removed,
    ...(waits ? { queued: (status === 'NOT_STARTED' ? reason : undefined) ?? queued } : {}),
  });
  return true;
}

/** A stage and the ended ones that come after it. */
function withDownstream(turn: Turn, stage: StageState): StageState[] {
  const found = new Map([[stage.id, stage]]);
  for (const at of found.values())
    for (const next of turn.graph.topLevel)
      if (!found.has(next.id) && isComplete(next.status) && next.requisiteStageRefIds.includes(at.refId))
        found.set(next.id, next);
  return [...found.values()];
}

/** What a stage begins with when it runs again. */
function prepared(turn: Turn, stage: StageState, by: Person): { context: Json; outputs: Json } {
  const context: Record<string, unknown> = { ...stage.context };
  const exception = context['exception'];
  for (const key of OF_A_RUN) delete context[key];
  const definition = turn.definition(stage);
  const kept = definition?.prepareForRestart?.({ ...plannedStage(stage), context }) ?? { context };
  return {
    context: {
      ...kept.context,
      restartDetails: {
        restartedBy: by.user,
        restartTime: turn.env.now,
        ...(exception === undefined ? {} : { previousException: exception }),
      },
    },
    outputs: kept.outputs ?? stage.outputs,
  };
}
