import type { Queryable } from '@gennaker/store/database';
import type { QueueRules } from './queue-rules.ts';

/** Limit of a queue whose pipeline has none any more. */
const UNLIMITED = 2_147_483_647;

/** How an execution was let in: at once, or into the line behind `ahead` others. */
export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly running: readonly string[]; readonly ahead: number };

/** What a look at a queue brought about: who may begin, and who has to give way to the newest. */
export interface Drained {
  readonly admitted: readonly string[];
  readonly superseded: readonly { readonly id: string; readonly by: string }[];
}

/** Takes the queue's lock until the transaction ends, and makes its rules those given now. */
export async function lockQueue(client: Queryable, rules: QueueRules): Promise<void> {
  await client.query({
    name: 'orca-queue-lock',
    text: `insert into orca.queues (config_id, application, name, slot_limit, keep_waiting) values ($1, $2, $3, $4, $5)
           on conflict (config_id) do update set application = excluded.application, name = excluded.name,
             slot_limit = excluded.slot_limit, keep_waiting = excluded.keep_waiting`,
    values: [rules.configId, rules.application, rules.name, rules.limit, rules.keepWaiting],
  });
}

/**
 * Lets an execution in, or puts it at the end of the line. To be called within the transaction that stores (or reopens)
 * the execution: the queue's row stays locked until that commits, so that the order of commits is the order of the line.
 */
export async function admit(client: Queryable, rules: QueueRules, executionId: string): Promise<Admission> {
  await lockQueue(client, rules);
  // Statements after the lock see what its former holders committed.
  const known = await client.query('select from orca.slots where config_id = $1 and execution_id = $2', [
    rules.configId,
    executionId,
  ]);
  if (known.rowCount === 1) return { admitted: true };
  const taken = await client.query({
    name: 'orca-queue-take',
    text: `insert into orca.slots (config_id, slot, execution_id)
           select $1::text, f.slot, $2::text from generate_series(1, $3::int) f(slot)
           where not exists (select from orca.slots s where s.config_id = $1 and s.slot = f.slot)
             and (select count(*) from orca.slots where config_id = $1) < $3
             and not exists (select from orca.queue_places where config_id = $1)
           order by f.slot limit 1`,
    values: [rules.configId, executionId, Math.min(rules.limit, 10_000)],
  });
  if (taken.rowCount === 1) return { admitted: true };
  const { rows } = await client.query<{ running: string[]; ahead: number }>({
    name: 'orca-queue-join',
    text: `with numbered as (
             update orca.queues set next_place = next_place + 1 where config_id = $1 returning next_place - 1 as place
           ), joined as (
             insert into orca.queue_places (config_id, place, execution_id) select $1::text, place, $2::text from numbered
             on conflict (execution_id) do nothing
           )
           select array(select execution_id from orca.slots where config_id = $1 order by slot limit 20) running,
             (select count(*)::int from orca.queue_places where config_id = $1) ahead from numbered`,
    values: [rules.configId, executionId],
  });
  return { admitted: false, running: rows[0]?.running ?? [], ahead: rows[0]?.ahead ?? 0 };
}

/**
 * Fills the free slots of a queue from its line; whoever has ended leaves both first. Repeated, it changes nothing. To be
 * called in a transaction, in which those that come out are to be told.
 */
export async function drain(client: Queryable, configId: string): Promise<Drained> {
  const locked = await client.query<{ slot_limit: number; keep_waiting: boolean }>({
    name: 'orca-queue-hold',
    text: 'select slot_limit, keep_waiting from orca.queues where config_id = $1 for update',
    values: [configId],
  });
  const queue = locked.rows[0];
  if (!queue) return { admitted: [], superseded: [] };
  await client.query({
    name: 'orca-queue-ended',
    text: `with ended as (
             select e.id from orca.executions e where e.complete and e.id in (
               select execution_id from orca.slots where config_id = $1
               union all select execution_id from orca.queue_places where config_id = $1)
           ), freed as (delete from orca.slots where execution_id in (select id from ended))
           delete from orca.queue_places where execution_id in (select id from ended)`,
    values: [configId],
  });
  const { rows: slots } = await client.query<{ slot: number }>(
    'select slot from orca.slots where config_id = $1 order by slot',
    [configId],
  );
  const free = freeSlots(
    slots.map(({ slot }) => slot),
    queue.slot_limit,
  );
  if (free === 0) return { admitted: [], superseded: [] };
  const { rows: line } = await client.query<{ execution_id: string }>(
    `select execution_id from orca.queue_places where config_id = $1 order by place ${queue.keep_waiting ? 'limit $2' : 'limit ($2 + 100000)'}`,
    [configId, Math.min(free, 10_000)],
  );
  const { admitted, superseded } = fromLine(
    line.map((row) => row.execution_id),
    free,
    queue.keep_waiting,
  );
  if (admitted.length > 0)
    await client.query({
      name: 'orca-queue-fill',
      text: `with gone as (delete from orca.queue_places where config_id = $1 and execution_id = any($2::text[] || $3::text[]))
             insert into orca.slots (config_id, slot, execution_id)
             select $1::text, f.slot, v.id
             from unnest($2::text[]) with ordinality v(id, n)
             join (select slot, row_number() over (order by slot) n from generate_series(1, $4::int) g(slot)
                   where not exists (select from orca.slots s where s.config_id = $1 and s.slot = g.slot)) f on f.n = v.n`,
      values: [configId, admitted, superseded.map(({ id }) => id), Math.min(queue.slot_limit, slots.length + 10_000)],
    });
  return { admitted, superseded };
}

/** How many more may run. A limit that was lowered lets those run out that run. */
function freeSlots(taken: readonly number[], limit: number): number {
  return Math.max(0, limit - taken.length);
}

/** Who of a line begins: the first ones, or the newest alone, which the others give way to. Pure. */
export function fromLine(line: readonly string[], free: number, keepWaiting: boolean): Drained {
  if (keepWaiting || line.length <= 1) return { admitted: line.slice(0, free), superseded: [] };
  const newest = line.at(-1);
  if (newest === undefined || free <= 0) return { admitted: [], superseded: [] };
  return { admitted: [newest], superseded: line.slice(0, -1).map((id) => ({ id, by: newest })) };
}

/** Queues that somebody waits in although a slot is free, or that hold somebody who has ended: nobody told them. */
export async function stuckQueues(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ config_id: string }>({
    name: 'orca-queues-stuck',
    text: `select distinct p.config_id from orca.queue_places p join orca.queues q using (config_id)
           where (select count(*) from orca.slots s where s.config_id = q.config_id) < q.slot_limit
              or (select e.complete from orca.executions e where e.id = p.execution_id)
           union select s.config_id from orca.slots s
           where (select e.complete from orca.executions e where e.id = s.execution_id)
           limit 100`,
  });
  return rows.map((row) => row.config_id);
}

/** The rules of a queue as they were last given. */
export async function rulesOfQueue(db: Queryable, configId: string): Promise<QueueRules | undefined> {
  const { rows } = await db.query<{ application: string; name: string; slot_limit: number; keep_waiting: boolean }>({
    name: 'orca-queue-rules',
    text: 'select application, name, slot_limit, keep_waiting from orca.queues where config_id = $1 and slot_limit < $2',
    values: [configId, UNLIMITED],
  });
  const row = rows[0];
  return (
    row && {
      configId,
      application: row.application,
      name: row.name,
      limit: row.slot_limit,
      keepWaiting: row.keep_waiting,
    }
  );
}

/** The pipeline has no limit any more: whoever waits may begin. */
export async function liftLimit(client: Queryable, configId: string): Promise<void> {
  await client.query({
    name: 'orca-queue-lift',
    text: 'update orca.queues set slot_limit = $2, keep_waiting = true where config_id = $1 and slot_limit < $2',
    values: [configId, UNLIMITED],
  });
}

/** Pipelines that have a queue. */
export async function queueIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ config_id: string }>({
    name: 'orca-queue-ids',
    text: 'select config_id from orca.queues',
  });
  return rows.map((row) => row.config_id);
}

/** Whoever waits in a queue, in order; the queue stays locked until the transaction ends. */
export async function waitingIn(client: Queryable, configId: string): Promise<string[]> {
  await client.query('select from orca.queues where config_id = $1 for update', [configId]);
  const { rows } = await client.query<{ execution_id: string }>(
    'select execution_id from orca.queue_places where config_id = $1 order by place',
    [configId],
  );
  return rows.map((row) => row.execution_id);
}
