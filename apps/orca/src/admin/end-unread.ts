import { randomUUID } from 'node:crypto';
import { decide } from '@gennaker/engine/decide';
import type { Message } from '@gennaker/engine/messages';
import { changes } from '../actor.ts';
import { bareEvent } from '../history-entry.ts';
import { type ExecutionRow, LATER_OF, type StageData, stateOf } from '../rows.ts';
import type { MailParts } from '../send-mail.ts';
import { inputOf, Writer } from '../writer.ts';
import { engineEnv } from '../world.ts';

const LEASE_MS = 10_000;

/**
 * Ends an execution that no engine can read: contexts and outputs are not looked at. Does nothing where it has ended, or
 * where somebody works on it after all.
 */
export async function endUnread(
  parts: MailParts,
  id: string,
  message: Extract<Message, { type: 'ForceCancel' }>,
): Promise<void> {
  const { pool } = parts.db;
  const owner = `force-${randomUUID()}`;
  const { rows } = await pool.query<
    ExecutionRow & { epoch: number; mail_seq: number; trace: string | null; stages: StageData[] }
  >(
    `with mine as (
       update orca.executions set owner = $2, epoch = epoch + 1, failures = 0,
         claim_expires = clock_timestamp() + $3 * interval '1 millisecond', due_at = clock_timestamp() + $3 * interval '1 millisecond'
       where id = $1 and not complete and (owner is null or claim_expires < clock_timestamp())
       returning id, epoch, mail_seq, trace, data, live, version, rows_version
     ) select e.*, ${LATER_OF} later, (select coalesce(json_agg(s.data::json), '[]') from orca.stages s where s.execution_id = e.id) stages from mine e`,
    [id, owner, LEASE_MS],
  );
  const row = rows[0];
  if (!row) return;
  const bare = row.stages.map((data) => ({ data, context: {}, outputs: {} }));
  const later = row.later && {
    ...row.later,
    transitions: row.later.transitions.map((events) => events.map(bareEvent)),
  };
  const { state: before, shown } = stateOf({ ...row, later }, bare, new Map());
  const { state, events } = decide(before, message, engineEnv(parts.world));
  await new Writer(pool, LEASE_MS).commit({
    owner,
    epoch: row.epoch,
    from: before.version,
    state,
    events,
    inputs: [inputOf(message)],
    trace: row.trace ?? '',
    rows: changes(shown, state),
    mailApplied: row.mail_seq,
    wakeAt: undefined,
    release: true,
  });
  parts.orchestrator.announce(id);
}
