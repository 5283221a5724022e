import { randomUUID } from 'node:crypto';
import { ServiceError } from '@gennaker/contracts/error';
import type { Identity } from '@gennaker/contracts/people';
import { isComplete } from '@gennaker/contracts/status';
import { canRestart } from '@gennaker/engine/decide/restart';
import { topLevel } from '@gennaker/engine/graph';
import type { ExecutionState, Json, StageState } from '@gennaker/engine/model';
import { halts } from '@gennaker/engine/status';
import { inTransaction } from '@gennaker/store/database';
import { parentOf } from '../children/parents.ts';
import { type Mail, postMailWithin } from '../mailbox.ts';
import { admit, lockQueue, rulesOfQueue } from '../queue/queue-rows.ts';
import { readExecution, readExecutions } from '../rows.ts';
import { type MailParts, untilApplied } from '../send-mail.ts';

/** Who asks for which stage. */
export interface StageCall {
  readonly id: string;
  readonly stageId: string;
  readonly by: Identity;
  readonly trace: string;
  readonly key?: string | undefined;
}

/**
 * Has a stage and what comes after it run again, through the pipeline's queue where it has one. A parent that has ended
 * goes on too, at the stage that started this execution, and follows it again.
 * @throws ServiceError 404 unknown, 409 while the stage runs or the execution has not begun
 */
export async function restartStage(parts: MailParts, call: StageCall, context?: Json): Promise<void> {
  const state = await readExecution(parts.db.pool, call.id);
  const stage = topLevel(state, stageOf(state, call.stageId));
  if (!canRestart(stage))
    throw new ServiceError(409, `The stage "${stage.name}" is ${stage.status}: it can be run again when it has ended`, {
      field: 'stageId',
      fix: 'wait until it has ended, or cancel the execution first',
    });
  if (state.status === 'NOT_STARTED') throw notBegun(state);
  await reopen(parts, call, state, (admitted) => ({
    type: 'Restart',
    stageId: stage.id,
    by: call.by,
    admitted,
    ...(context === undefined ? {} : { context }),
  }));
  await followAgain(parts, call, state);
}

/**
 * Lets a failed stage count as passed, and what waits for it go on; parents as with a restart.
 * @throws ServiceError 404 unknown, 409 when the stage has not failed
 */
export async function ignoreFailure(parts: MailParts, call: StageCall, reason?: string): Promise<void> {
  const state = await readExecution(parts.db.pool, call.id);
  const stage = stageOf(state, call.stageId);
  if (stage.parentStageId !== undefined || !halts(stage.status))
    throw new ServiceError(
      409,
      stage.parentStageId === undefined
        ? `The stage "${stage.name}" is ${stage.status}: there is no failure to ignore`
        : `The stage "${stage.name}" belongs to another stage: its failure counts there`,
      { field: 'stageId', fix: 'choose a stage of the pipeline that has failed' },
    );
  await reopen(parts, call, state, () => ({
    type: 'IgnoreFailure',
    stageId: stage.id,
    by: call.by,
    ...(reason === undefined ? {} : { reason }),
  }));
  await followAgain(parts, call, state);
}

function stageOf(state: ExecutionState, stageId: string): StageState {
  const stage = state.stages[stageId];
  if (!stage)
    throw new ServiceError(404, `The execution ${state.id} has no stage ${stageId}`, {
      field: 'stageId',
      fix: "take the stage's id from the execution",
    });
  return stage;
}

function notBegun(state: ExecutionState): ServiceError {
  return new ServiceError(409, `The execution ${state.id} has not begun: there is nothing to run again`, {
    field: 'id',
    fix: state.reason?.next ?? 'wait until it runs',
    ...(state.reason === undefined ? {} : { evidence: { ...state.reason } }),
  });
}

/** Sends mail to an execution that may have ended, which takes a slot of its queue first, or waits for one. */
async function reopen(
  parts: MailParts,
  call: StageCall,
  state: ExecutionState,
  mail: (admitted: boolean) => Mail,
): Promise<void> {
  const { db } = parts;
  const rules = state.pipelineConfigId === undefined ? undefined : await rulesOfQueue(db.pool, state.pipelineConfigId);
  const posted = await inTransaction(db, async (client) => {
    let admitted = true;
    if (rules) {
      // Queue before execution: the order in which everybody locks.
      await lockQueue(client, rules);
      const { rows } = await client.query<{ complete: boolean }>(
        'select complete from orca.executions where id = $1 for update',
        [call.id],
      );
      if (rows[0]?.complete) ({ admitted } = await admit(client, rules, call.id));
    }
    return postMailWithin(
      client,
      call.id,
      call.key ?? `${mail(true).type}:${randomUUID()}`,
      mail(admitted),
      call.trace,
    );
  });
  if (!posted) return;
  parts.orchestrator.mailArrived(call.id, posted.seq, posted.owner);
  await untilApplied(parts, call.id, posted.seq);
}

/**
 * A parent that has ended goes on at the stage that started this execution, without starting another; not where that stage
 * did not wait for it: then nothing of the parent depends on it.
 */
async function followAgain(parts: MailParts, call: StageCall, state: ExecutionState): Promise<void> {
  const parent = parentOf(state.trigger);
  if (parent?.stageId === undefined) return;
  const [execution] = await readExecutions(parts.db.pool, [parent.id]);
  const stage = execution?.stages[parent.stageId];
  if (!execution || !stage || !isComplete(execution.status)) return;
  if (String(stage.context['waitForCompletion']) === 'false') return;
  await restartStage(
    parts,
    {
      id: parent.id,
      stageId: stage.id,
      by: call.by,
      trace: call.trace,
      ...(call.key === undefined ? {} : { key: `${call.key}:parent` }),
    },
    { _skipPipelineRestart: true },
  );
}
