import { type Database, inTransaction, openDatabase } from '@gennaker/store/database';
import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENGINE_SETTINGS } from '../orchestrator.ts';
import { admit, type Admission, drain, stuckQueues } from './queue-rows.ts';
import type { QueueRules } from './queue-rules.ts';

let database: TestDatabase;
let others: Database[];

beforeEach(async () => {
  database = await testDatabase();
  others = [1, 2].map((n) => openDatabase(database.url, { name: `queues-${n}` }));
});
afterEach(async () => {
  await Promise.all(others.map((db) => db.close()));
  await database.drop();
});

const rules = (more: Partial<QueueRules> = {}): QueueRules => ({
  configId: 'config',
  application: 'app',
  name: 'pipe',
  limit: 1,
  keepWaiting: true,
  ...more,
});

/** An execution's row, let in by the same transaction. */
async function enter(db: Database, id: string, how: QueueRules): Promise<Admission> {
  return inTransaction(db, async (client) => {
    const admission = await admit(client, how, id);
    await client.query(
      `insert into orca.executions (id, type, application, name, pipeline_config_id, status, build_time, version, data, live)
       values ($1, 'PIPELINE', 'app', 'pipe', 'config', 'NOT_STARTED', 0, 1, '{}', '{}')`,
      [id],
    );
    return admission;
  });
}

/** As the commit that ends an execution does. */
async function end(db: Database, id: string): Promise<void> {
  await db.pool.query(
    `with ended as (update orca.executions set complete = true, status = 'SUCCEEDED' where id = $1)
     delete from orca.slots where execution_id = $1`,
    [id],
  );
}

const look = (db: Database) => inTransaction(db, (client) => drain(client, 'config'));

describe('a queue under races of two processes', () => {
  it('never lets more in than the limit, loses nobody, and keeps the order of the line', async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `e${n}`);
    const answers = await Promise.all(
      ids.map(async (id, n) => ({ id, admission: await enter(others[n % 2] ?? database.db, id, rules()) })),
    );
    const first = answers.filter(({ admission }) => admission.admitted).map(({ id }) => id);
    expect(first).toHaveLength(1);
    const { rows } = await database.db.pool.query<{ execution_id: string }>(
      'select execution_id from orca.queue_places order by place',
    );
    const line = rows.map((row) => row.execution_id);
    expect(line).toHaveLength(199);

    const ran = [...first];
    for (let at = first[0]; at !== undefined;) {
      await end(others[0] ?? database.db, at);
      const seen = await Promise.all([...others, ...others, database.db].map(look));
      const next = seen.flatMap((one) => one.admitted);
      expect(next.length).toBeLessThanOrEqual(1);
      at = next[0];
      if (at !== undefined) ran.push(at);
    }
    expect(ran).toEqual([...first, ...line]);
    expect((await database.db.pool.query('select from orca.slots')).rowCount).toBe(0);
  });

  it('fills all free slots at once', async () => {
    const how = rules({ limit: 3 });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await enter(database.db, id, how);
    await end(database.db, 'a');
    await end(database.db, 'c');
    expect((await look(database.db)).admitted).toEqual(['d', 'e']);
    expect((await look(database.db)).admitted).toEqual([]);
  });

  it('keeps the newest alone where waiting executions are not kept', async () => {
    const how = rules({ keepWaiting: false });
    for (const id of ['a', 'b', 'c', 'd']) await enter(database.db, id, how);
    await end(database.db, 'a');
    expect(await look(database.db)).toEqual({
      admitted: ['d'],
      superseded: [
        { id: 'b', by: 'd' },
        { id: 'c', by: 'd' },
      ],
    });
  });

  it('lets a lowered limit take effect as executions end, and a raised one with the next that comes', async () => {
    const three = rules({ limit: 3 });
    for (const id of ['a', 'b', 'c']) await enter(database.db, id, three);
    expect(await enter(database.db, 'd', rules())).toMatchObject({ admitted: false, ahead: 0 });
    await end(database.db, 'a');
    expect((await look(database.db)).admitted).toEqual([]);
    await end(database.db, 'b');
    await end(database.db, 'c');
    expect((await look(database.db)).admitted).toEqual(['d']);
    await enter(database.db, 'e', rules());
    expect(await enter(database.db, 'f', three)).toMatchObject({ admitted: false, ahead: 1 });
    expect(await stuckQueues(database.db.pool)).toEqual(['config']);
    expect((await look(database.db)).admitted).toEqual(['e', 'f']);
  });

  it('is found when whoever ended an execution died before looking, and when one ended while it waited', async () => {
    for (const id of ['a', 'b', 'c']) await enter(database.db, id, rules());
    expect(await stuckQueues(database.db.pool)).toEqual([]);
    await end(database.db, 'b');
    expect(await stuckQueues(database.db.pool)).toEqual(['config']);
    expect((await look(database.db)).admitted).toEqual([]);
    expect(await stuckQueues(database.db.pool)).toEqual([]);
    await end(database.db, 'a');
    expect(await stuckQueues(database.db.pool)).toEqual(['config']);
    expect((await look(database.db)).admitted).toEqual(['c']);
    expect(await stuckQueues(database.db.pool)).toEqual([]);
  });

  it('is looked for without reading what has ended, however much of it is stored', async () => {
    await database.db.pool.query(`
      insert into orca.executions (id, type, application, name, pipeline_config_id, status, complete, end_time, build_time, version, data, live)
      select 'old' || n, 'PIPELINE', 'app', 'pipe', 'config', 'SUCCEEDED', true, n, n, 1, '{}', '{}' from generate_series(1, 5000) n`);
    for (const id of ['a', 'b']) await enter(database.db, id, rules());
    const engine = openDatabase(database.url, { max: 1, settings: ENGINE_SETTINGS });
    others.push(engine);
    expect(await stuckQueues(engine.pool)).toEqual([]);
    await engine.pool.query('select pg_stat_force_next_flush()');
    const { rows } = await engine.pool.query<{ read: string }>(
      `select coalesce(sum(idx_tup_read), 0) + (select seq_tup_read from pg_stat_user_tables where relid = 'orca.executions'::regclass) as read
       from pg_stat_user_indexes where relid = 'orca.executions'::regclass`,
    );
    expect(Number(rows[0]?.read)).toBeLessThan(100);
  });
});
