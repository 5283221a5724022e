import { ServiceError } from '@gennaker/contracts/error';
import { type Database, inTransaction } from '@gennaker/store/database';

/** Brings every execution to rest: each process sees it with its next heartbeat. */
export async function pauseAll(db: Database, by: string, reason: string | undefined): Promise<void> {
  await db.pool.query(
    `insert into orca.engine_pause (id, by_user, at, reason) values (1, $1, now(), $2)
     on conflict (id) do update set by_user = excluded.by_user, at = excluded.at, reason = excluded.reason`,
    [by, reason ?? null],
  );
}

/** Lets executions go on. */
export async function resumeAll(db: Database): Promise<void> {
  await db.pool.query('delete from orca.engine_pause');
}

/** Has the processes of an instance take nothing new, or work again. @throws ServiceError 404 when none lives */
export async function setDraining(db: Database, instance: string, draining: boolean): Promise<void> {
  const { rowCount } = await db.pool.query(
    `update orca.workers set draining = $2 where (instance = $1 or owner = $1) and seen_at > now() - interval '1 minute'`,
    [instance, draining],
  );
  if (rowCount === 0)
    throw new ServiceError(404, `No process of the name ${instance} works on executions`, {
      field: 'instance',
      fix: 'take a name from the list of workers',
    });
}

/** Has an execution looked at at once, also one that was set aside. @throws ServiceError 404 */
export async function redrive(db: Database, id: string): Promise<void> {
  await inTransaction(db, async (client) => {
    await client.query('delete from orca.set_aside where execution_id = $1', [id]);
    const { rowCount } = await client.query(
      'update orca.executions set failures = 0, due_at = case when complete then null else now() end where id = $1',
      [id],
    );
    if (rowCount === 0)
      throw new ServiceError(404, `There is no execution ${id}`, { field: 'id', fix: 'check the id' });
  });
}

/** Which executions a look at everything that has not ended concerns; those that wait in a queue are left in it. */
export async function openExecutions(
  db: Database,
  which: { executionId?: string | undefined; startMs?: number | undefined; endMs?: number | undefined },
): Promise<string[]> {
  const { rows } = await db.pool.query<{ id: string }>(
    `select id from orca.executions e where not complete and ($1::text is null or id = $1) and build_time between $2 and $3
       and not exists (select from orca.queue_places p where p.execution_id = e.id)
     order by build_time limit 10000`,
    [which.executionId ?? null, which.startMs ?? 0, which.endMs ?? Number.MAX_SAFE_INTEGER],
  );
  return rows.map((row) => row.id);
}

/** Executions that failed the engine and were set aside, at least so many minutes ago. */
export async function zombies(db: Database, minutes: number): Promise<string[]> {
  const { rows } = await db.pool.query<{ id: string }>(
    `select s.execution_id as id from orca.set_aside s join orca.executions e on e.id = s.execution_id
     where not e.complete and s.at <= now() - $1 * interval '1 minute' order by s.at`,
    [minutes],
  );
  return rows.map((row) => row.id);
}

/** Did the engine fail on this execution so often that it was set aside? */
export async function isSetAside(db: Database, id: string): Promise<boolean> {
  return (await db.pool.query('select from orca.set_aside where execution_id = $1', [id])).rowCount === 1;
}
