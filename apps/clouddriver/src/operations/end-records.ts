import type { Queryable } from '@gennaker/store/database';
import { beginHold, dropHold, endHold, endHoldsOf, groupOf, keepHold, type Undo } from '../holds/records.ts';
import { forgetPredecessor, recordPredecessor } from '../undo/predecessors.ts';
import type { ClaimedOperation } from './claims.ts';
import { INVERSE_STEP, inverseOf } from './inverse.ts';
import type { Journal } from './journal.ts';
import { type Accepted, applicationOf } from './submit.ts';

/** Is what a description takes back released already? */
export async function isReleased(client: Queryable, { hold }: Accepted): Promise<boolean> {
  if (hold.releases === undefined) return false;
  const { rowCount } = await client.query('select 1 from clouddriver.holds where id = $1 and ended_at is null', [
    hold.releases,
  ]);
  return rowCount === 0;
}

/**
 * What the end of an operation means to our own records: what it made is held, what it took back or made permanent is
 * not any more, and of a new server group it is known what it replaces. Belongs into the transaction that ends it.
 */
export async function settleRecords(
  client: Queryable,
  operation: ClaimedOperation,
  journal: Journal,
  accepted: readonly Accepted[],
  somethingLeft: boolean,
): Promise<void> {
  for (const [index, entry] of accepted.entries()) {
    const { account, description, hold } = entry;
    const at = groupOf(account, description);
    const done = journal.done(`${index}.result`);
    if (hold.wish) {
      const inverse = inverseOf(undefined, description, journal.done(`${index}.${INVERSE_STEP}`)?.result, undefined);
      const undo = inverse && 'operations' in inverse ? [...inverse.operations] : [];
      if ((done || (somethingLeft && journal.begun(index))) && undo.length > 0)
        await keep(client, operation, index, entry, undo);
      else await dropHold(client, operation.id, index);
    }
    if (!done) continue;
    if (hold.settles.length > 0)
      await endHoldsOf(client, at, { names: hold.settles, executionId: operation.execution_id }, 'settled');
    if (hold.releases !== undefined) await endHold(client, hold.releases, 'released');
    if (entry.operation === 'destroyServerGroup') {
      await endHoldsOf(client, at, {}, 'gone');
      await forgetPredecessor(client, at);
    }
    await recordPredecessor(client, entry, done.result);
  }
}

/** An operation that was begun again after a failure had dropped its hold. */
async function keep(
  client: Queryable,
  operation: ClaimedOperation,
  index: number,
  { account, description, hold }: Accepted,
  undo: Undo,
): Promise<void> {
  const maker = {
    operationId: operation.id,
    provider: operation.provider,
    application: applicationOf(description),
    executionId: operation.execution_id,
    stageId: operation.stage_id,
    user: operation.user,
  };
  if (hold.wish) await beginHold(client, maker, index, groupOf(account, description), hold.wish);
  await keepHold(client, operation.id, index, undo);
}
