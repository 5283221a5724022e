import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import type { EngineEvent } from '@gennaker/engine/events';
import { createExecution } from '@gennaker/engine/create';
import { evolve } from '@gennaker/engine/evolve';
import type { ExecutionState } from '@gennaker/engine/model';
import { openDatabase } from '@gennaker/store/database';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changes } from './actor.ts';
import { retain } from './retention.ts';
import { readExecution } from './rows.ts';
import { insertExecutions, type Prepared } from './start-part.ts';
import { storable } from './storable.ts';
import type { Transition } from './transition.ts';
import { Writer } from './writer.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const OWNER = { owner: 'me', leaseMs: 60_000 };

function prepared(
  id: string,
  more: { key?: string; correlationId?: string; context?: Record<string, unknown> } = {},
): Prepared {
  const event = createExecution({
    id,
    type: 'PIPELINE',
    application: 'app',
    name: 'pipe',
    pipelineConfigId: 'config',
    trigger: { type: 'manual', ...(more.correlationId === undefined ? {} : { correlationId: more.correlationId }) },
    by: { user: 'ann', roles: [], admin: false },
    stages: [{ type: 'wait', ...more.context }, { type: 'wait' }],
    now: 1_000,
  });
  if (event.type !== 'ExecutionCreated') throw new Error('not created');
  return { state: evolve(undefined, event), event, trace: '', key: more.key };
}

/** A transition that ends the execution, or merely starts it. */
function transition(before: ExecutionState, more: Partial<Transition> = {}, ends = true): Transition {
  const sequence = before.version + 1;
  const event: EngineEvent = ends
    ? { type: 'ExecutionCompleted', status: 'SUCCEEDED', sequence, at: 2_000 }
    : { type: 'ExecutionStarted', sequence, at: 2_000 };
  return {
    owner: 'me',
    epoch: 1,
    from: before.version,
    state: evolve(before, event),
    events: [event],
    inputs: [{ type: 'Tick' }],
    trace: '',
    rows: ends ? changes(undefined, evolve(before, event)) : undefined,
    mailApplied: 0,
    wakeAt: undefined,
    release: ends,
    ...more,
  };
}

const born = async (ids: readonly string[]): Promise<ExecutionState[]> => {
  const all = ids.map((id) => prepared(id));
  await insertExecutions(database.db.pool, all, OWNER);
  return all.map(({ state }) => state);
};
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `e${index}`);

/** A writer that notes the names of its statements. */
function noting(): { writer: Writer; statements: string[] } {
  const statements: string[] = [];
  const db = {
    query: (config: { name?: string; text: string }) => {
      statements.push(config.name ?? '');
      return database.db.pool.query(config);
    },
  } as unknown as typeof database.db.pool;
  return { writer: new Writer(db, 4_000, () => OWNER), statements };
}

describe('the writer', () => {
  it('commits many executions in few statements, and refuses those that it does not own', async () => {
    const states = await born(ids(40));
    await database.db.pool.query(`update orca.executions set epoch = 2 where id = 'e7'`);
    const { writer, statements } = noting();
    const outcomes = await Promise.all(states.map((state) => writer.commit(transition(state))));
    // Half of them, and the other half.
    expect(statements).toHaveLength(2);
    expect(outcomes.filter((one) => one.kind === 'committed')).toHaveLength(39);
    expect(outcomes[7]).toEqual({ kind: 'fenced' });
    expect(await readExecution(database.db.pool, 'e7')).toEqual(states[7]);
    expect((await readExecution(database.db.pool, 'e8')).status).toBe('SUCCEEDED');
  });

  it('takes a row that the database refuses out of its batch, and commits all others', async () => {
    const states = await born(ids(20));
    const writer = new Writer(database.db.pool, 4_000);
    const bad = states[3];
    if (!bad) throw new Error('no state');
    // An event number that is taken breaks the history's key.
    const broken = transition(bad);
    await database.db.pool.query(
      `insert into orca.events (execution_id, sequence, application, data) values ('e3', 2, 'app', '{}')`,
    );
    const outcomes = await Promise.allSettled(
      states.map((state) => writer.commit(state.id === 'e3' ? broken : transition(state))),
    );
    expect(outcomes[3]).toMatchObject({ status: 'rejected', reason: { code: '23505' } });
    for (const [index, outcome] of outcomes.entries())
      if (index !== 3)
        expect(outcome).toMatchObject({ status: 'fulfilled', value: { kind: 'committed', released: true } });
  });

  it('finds out what became of a commit whose connection died under it', async () => {
    const states = await born(['lost', 'done']);
    const db = openDatabase(database.url, { max: 2 });
    let commits = 0;
    const dying = {
      query: async (config: { name?: string; text: string }) => {
        if (!config.name?.startsWith('orca-commit') || commits++ > 0) return db.pool.query(config);
        const client = await db.pool.connect();
        client.on('error', () => undefined);
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
        // The row is held, so that the statement waits when its backend is ended.
        const holder = await database.db.pool.connect();
        await holder.query('begin');
        await holder.query(`select from orca.executions where id = 'lost' for update`);
        const running = client.query(config);
        running.catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 100));
        await database.db.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
        try {
          return await running;
        } finally {
          await holder.query('rollback');
          holder.release();
          client.release(true);
        }
      },
    } as unknown as typeof db.pool;
    const writer = new Writer(dying, 4_000);
    const [lost, done] = states;
    if (!lost || !done) throw new Error('no states');
    await expect(writer.commit(transition(lost))).rejects.toThrow();
    expect(await readExecution(database.db.pool, 'lost')).toEqual(lost);
    expect(await writer.commit(transition(lost))).toMatchObject({ kind: 'committed' });
    // Written, but the answer was lost: the row tells that it was.
    let answered = 0;
    const deaf = {
      query: async (config: { name?: string; text: string }) => {
        const result = await db.pool.query(config);
        if (config.name?.startsWith('orca-commit') && answered++ === 0)
          throw new Error('Connection terminated unexpectedly');
        return result;
      },
    } as unknown as typeof db.pool;
    expect(await new Writer(deaf, 4_000).commit(transition(done))).toEqual({
      kind: 'committed',
      released: true,
      mailSeq: 0,
    });
    await db.close();
  });

  it('keeps a claim that has unread mail', async () => {
    const [state] = await born(['e']);
    if (!state) throw new Error('no state');
    await database.db.pool.query(`update orca.executions set mail_seq = 1 where id = 'e'`);
    const outcome = await new Writer(database.db.pool, 4_000).commit(transition(state, { release: true }, false));
    expect(outcome).toEqual({ kind: 'committed', released: false, mailSeq: 1 });
  });
});

describe('starts', () => {
  it('that arrive together are one statement, once per id, key and running correlation id', async () => {
    const starter = new Writer(database.db.pool, 4_000, () => OWNER);
    const started = await Promise.all([
      starter.start(prepared('a', { key: 'k' })),
      starter.start(prepared('b', { key: 'k' })),
      starter.start(prepared('c', { correlationId: 'x' })),
      starter.start(prepared('d', { correlationId: 'x' })),
      starter.start(prepared('a')),
    ]);
    expect(started.map(({ id, fresh }) => ({ id, fresh }))).toEqual([
      { id: 'a', fresh: true },
      { id: 'a', fresh: false },
      { id: 'c', fresh: true },
      { id: 'c', fresh: false },
      { id: 'a', fresh: false },
    ]);
    const { rows } = await database.db.pool.query('select id, owner, epoch from orca.executions order by id');
    expect(rows).toEqual([
      { id: 'a', owner: 'me', epoch: 1 },
      { id: 'c', owner: 'me', epoch: 1 },
    ]);
    await database.db.pool.query(`update orca.executions set complete = true where id = 'c'`);
    expect(await starter.start(prepared('d', { correlationId: 'x' }))).toMatchObject({ id: 'd', fresh: true });
  });

  it('and transitions that arrive with them are one statement, each with what became of it', async () => {
    const [kept, taken] = await born(['kept', 'taken']);
    if (!kept || !taken) throw new Error('no states');
    await database.db.pool.query(`update orca.executions set epoch = 2 where id = 'taken'`);
    const { writer, statements } = noting();
    expect(
      await Promise.all([
        writer.start(prepared('new')),
        writer.commit(transition(kept)),
        writer.start(prepared('kept')),
        writer.commit(transition(taken)),
      ]),
    ).toMatchObject([
      { id: 'new', fresh: true, claimed: true },
      { kind: 'committed', released: true, mailSeq: 0 },
      { id: 'kept', fresh: false, claimed: false },
      { kind: 'fenced' },
    ]);
    expect(statements).toEqual([expect.stringContaining('orca-commit-starts'), 'orca-start-existing']);
    expect((await readExecution(database.db.pool, 'new')).status).toBe('NOT_STARTED');
    expect((await readExecution(database.db.pool, 'kept')).status).toBe('SUCCEEDED');
    expect(await readExecution(database.db.pool, 'taken')).toEqual(taken);
  });

  it('stand for themselves beside a transition that is refused, and it beside one of them', async () => {
    const [good, bad] = await born(['good', 'bad']);
    if (!good || !bad) throw new Error('no states');
    await database.db.pool.query(
      `insert into orca.events (execution_id, sequence, application, data) values ('bad', 2, 'app', '{}')`,
    );
    const refused = prepared('refused');
    const { writer } = noting();
    const outcomes = await Promise.allSettled([
      writer.start(prepared('new')),
      writer.start({ ...refused, state: { ...refused.state, buildTime: 0.5 } }),
      writer.commit(transition(good)),
      writer.commit(transition(bad)),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: { id: 'new', fresh: true } },
      { status: 'rejected', reason: { code: '22P02' } },
      { status: 'fulfilled', value: { kind: 'committed' } },
      { status: 'rejected', reason: { code: '23505' } },
    ]);
    expect((await readExecution(database.db.pool, 'new')).id).toBe('new');
    expect((await readExecution(database.db.pool, 'good')).status).toBe('SUCCEEDED');
  });

  it('with big values go beside the transitions, not in their statement', async () => {
    const [state] = await born(['e']);
    if (!state) throw new Error('no state');
    const { writer, statements } = noting();
    const big = 'x'.repeat(10_000);
    const [started, committed] = await Promise.all([
      writer.start(prepared('new', { context: { big } })),
      writer.commit(transition(state)),
    ]);
    expect([started, committed]).toMatchObject([{ id: 'new', fresh: true }, { kind: 'committed' }]);
    expect(statements.toSorted()).toEqual([expect.stringContaining('orca-commit'), 'orca-start-blobs']);
    expect(Object.values((await readExecution(database.db.pool, 'new')).stages)[0]?.context).toMatchObject({ big });
  });

  it('are refused, and a transition beside them is read back, when the answer of both was lost', async () => {
    const [state] = await born(['e']);
    if (!state) throw new Error('no state');
    let lost = false;
    const deaf = {
      query: async (config: { name?: string; text: string }) => {
        const result = await database.db.pool.query(config);
        if (config.name?.startsWith('orca-commit-starts') && !lost) {
          lost = true;
          throw new Error('Connection terminated unexpectedly');
        }
        return result;
      },
    } as unknown as typeof database.db.pool;
    const writer = new Writer(deaf, 4_000, () => OWNER);
    const [started, committed] = await Promise.allSettled([
      writer.start(prepared('new', { key: 'k' })),
      writer.commit(transition(state)),
    ]);
    expect(started).toMatchObject({ status: 'rejected' });
    expect(committed).toMatchObject({ status: 'fulfilled', value: { kind: 'committed', released: true } });
    expect(lost).toBe(true);
    // Whoever asked asks again with the same key, and is told of the one that was stored.
    expect(await writer.start(prepared('again', { key: 'k' }))).toMatchObject({ id: 'new', fresh: false });
  });
});

describe('big values', () => {
  it('come back as they went in, whatever they are, and are kept once', async () => {
    const item = fc.oneof(
      fc.jsonValue(),
      fc.string({ minLength: 4_200, maxLength: 5_000 }),
      fc.array(fc.string({ maxLength: 40 }), { minLength: 300, maxLength: 400 }),
      fc.constant({ $blob: 'mine' }),
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), item, { maxKeys: 5 }), async (raw) => {
        const { type: _type, name: _name, refId: _ref, requisiteStageRefIds: _ids, ...context } = storable(raw);
        const one = prepared(`p${count++}`, { context });
        await insertExecutions(database.db.pool, [one]);
        expect(await readExecution(database.db.pool, one.state.id)).toEqual(one.state);
      }),
      { numRuns: 40 },
    );
    const big = 'x'.repeat(10_000);
    await insertExecutions(database.db.pool, [
      prepared('one', { context: { big } }),
      prepared('two', { context: { big } }),
    ]);
    const { rows } = await database.db.pool.query<{ uses: number }>(
      `select count(*)::int uses from orca.blob_uses where execution_id in ('one', 'two')`,
    );
    expect(rows[0]?.uses).toBe(2);
    expect((await database.db.pool.query(`select from orca.blobs where length(data) = 10002`)).rowCount).toBe(1);
  });
});

describe('retention', () => {
  it('removes what ended long ago, keeps the newest of each pipeline and whatever goes on', async () => {
    const states = await born(ids(30));
    const writer = new Writer(database.db.pool, 4_000);
    await Promise.all(states.slice(0, 25).map((state) => writer.commit(transition(state))));
    await database.db.pool.query(`update orca.executions set build_time = substr(id, 2)::int`);
    const policy = { days: 1, keepPerPipeline: 10 };
    const now = 3 * 24 * 60 * 60_000;
    const would = await retain(database.db, policy, { dryRun: true, now });
    expect(would).toMatchObject({ dryRun: true, policy, executions: 20, oldest: 2_000 });
    expect((await database.db.pool.query('select from orca.executions')).rowCount).toBe(30);
    const did = await retain(database.db, policy, { dryRun: false, now });
    expect(did.executions).toBe(20);
    const { rows } = await database.db.pool.query<{ id: string }>('select id from orca.executions');
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(ids(30).slice(20)));
    for (const table of ['stages', 'events'])
      expect(
        (
          await database.db.pool.query(
            `select from orca.${table} where execution_id not in (select id from orca.executions)`,
          )
        ).rowCount,
      ).toBe(0);
    expect((await retain(database.db, policy, { dryRun: false, now })).executions).toBe(0);
  });
});
