import type { Message } from '@gennaker/engine/messages';
import { type Database, inTransaction, type Queryable } from '@gennaker/store/database';
import { ServiceError } from '@gennaker/contracts/error';
import { storable } from './storable.ts';

/** Messages that come from outside. */
export type Mail = Extract<
  Message,
  {
    type:
      | 'Start'
      | 'Patch'
      | 'Wake'
      | 'Cancel'
      | 'ForceCancel'
      | 'Pause'
      | 'Resume'
      | 'Queue'
      | 'Restart'
      | 'IgnoreFailure';
  }
>;

/** Mail that an execution takes after its end, and that reopens it. */
const REOPENS: ReadonlySet<Mail['type']> = new Set(['Restart', 'IgnoreFailure']);

/** What became of a letter: `seq` is its place; `owner` who works on the execution now; `repeated` that the key was there. */
export interface Posted {
  readonly seq: number;
  readonly owner: string | null;
  readonly repeated: boolean;
}

/**
 * Writes mail for an execution and bumps its number, so that its owner cannot release it unread. A key is taken once.
 * Answers undefined when the execution is complete: nothing can happen to it any more.
 * @throws ServiceError 404 for an unknown execution.
 */
export function postMail(
  db: Database,
  executionId: string,
  key: string,
  mail: Mail,
  trace: string,
): Promise<Posted | undefined> {
  return inTransaction(db, (client) => postMailWithin(client, executionId, key, mail, trace));
}

/** As postMail, inside of a caller's transaction. */
export async function postMailWithin(
  client: Queryable,
  executionId: string,
  key: string,
  mail: Mail,
  trace: string,
): Promise<Posted | undefined> {
  const { rows } = await client.query<{ complete: boolean; mail_seq: number; owner: string | null }>({
    name: 'orca-mail-lock',
    text: 'select complete, mail_seq, owner from orca.executions where id = $1 for update',
    values: [executionId],
  });
  const row = rows[0];
  if (!row) throw new ServiceError(404, `There is no execution ${executionId}`, { fix: 'check the id' });
  if (row.complete && !REOPENS.has(mail.type)) return undefined;
  const seq = row.mail_seq + 1;
  const inserted = await client.query({
    name: 'orca-mail-insert',
    text: `insert into orca.mailbox (execution_id, seq, key, message, trace) values ($1, $2, $3, $4, $5)
           on conflict (execution_id, key) do nothing`,
    values: [executionId, seq, key, JSON.stringify(storable(mail)), trace],
  });
  if (inserted.rowCount === 0) {
    const old = await client.query<{ seq: number }>(
      'select seq from orca.mailbox where execution_id = $1 and key = $2',
      [executionId, key],
    );
    return { seq: old.rows[0]?.seq ?? row.mail_seq, owner: row.owner, repeated: true };
  }
  // An execution that ended gave its correlation id back: it may be somebody else's now.
  await client.query({
    name: 'orca-mail-bump',
    text: `update orca.executions set mail_seq = $2, complete = false,
             correlation_id = case when complete then null else correlation_id end,
             due_at = case when owner is null then now() + interval '1 second' else due_at end
           where id = $1`,
    values: [executionId, seq],
  });
  return { seq, owner: row.owner, repeated: false };
}

/** Mail after `applied`, in order. */
export async function readMail(
  db: Queryable,
  executionId: string,
  applied: number,
): Promise<{ readonly seq: number; readonly message: Mail; readonly trace: string }[]> {
  const { rows } = await db.query<{ seq: number; message: Mail; trace: string | null }>({
    name: 'orca-mail-read',
    text: 'select seq, message, trace from orca.mailbox where execution_id = $1 and seq > $2 order by seq',
    values: [executionId, applied],
  });
  return rows.map((row) => ({ seq: row.seq, message: row.message, trace: row.trace ?? '' }));
}
