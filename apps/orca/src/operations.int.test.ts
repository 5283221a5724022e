import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Almanac } from './almanac.ts';
import { openStores, over, probe, start, startOrca, type Stores, type TestOrca, until } from './orca.fixture.ts';

let stores: Stores;
const running: TestOrca[] = [];
const orca = async (options: Parameters<typeof startOrca>[1] = {}): Promise<TestOrca> => {
  const started = await startOrca(stores, options);
  running.push(started);
  return started;
};
beforeEach(async () => {
  stores = await openStores();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await stores.drop();
});
vi.setConfig({ testTimeout: 90_000 });

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const rests = async (one: TestOrca): Promise<void> => {
  for (let tries = 0; one.orchestrator.stats().held > 0; tries++) {
    if (tries > 500) throw new Error('the process still holds executions');
    await sleep(20);
  }
};

describe('an execution whose row is corrupt', () => {
  it('is set aside with the evidence after some attempts, stands in nobody’s way, and goes on once it is mended and redriven', async () => {
    const { client, db, orchestrator } = await orca();
    const id = await start(client, [{ type: 'manualJudgment' }, { type: 'wait', waitTime: 0 }]);
    const asking = await until(client, id, (one) => one.stages[0]?.reason !== undefined);
    await rests({ orchestrator } as TestOrca);
    const whole = await db.pool.query<{ live: string }>(
      `with old as (select id, live from orca.executions where id = $1)
       update orca.executions e set live = '{"status":"RUNNING"}', due_at = now() from old
       where e.id = old.id returning old.live::text as live`,
      [id],
    );
    await db.pool.query(
      `update orca.stages set context = '{"big":{"$blob":"00"}}' where execution_id = $1 and position = 1`,
      [id],
    );
    const listed = async () => client.listSetAside({});
    for (let tries = 0; (await listed()).length === 0 && tries < 200; tries++) await sleep(100);
    expect(await listed()).toMatchObject([
      { executionId: id, attempts: 5, evidence: { error: expect.stringContaining('missing from orca.blobs') } },
    ]);
    const other = await start(client, [{ type: 'wait', waitTime: 0 }]);
    expect((await until(client, other, over)).status).toBe('SUCCEEDED');

    await db.pool.query(`update orca.executions set live = $2::json where id = $1`, [id, whole.rows[0]?.live]);
    await db.pool.query(`update orca.stages set context = '{"waitTime":0}' where execution_id = $1 and position = 1`, [
      id,
    ]);
    await client.redrive({ params: { id } });
    await client.patchStage({
      params: { id, stageId: asking.stages[0]?.id ?? '' },
      body: { judgmentStatus: 'continue' },
    });
    expect((await until(client, id, over)).status).toBe('SUCCEEDED');
    expect(await listed()).toEqual([]);
  });
});

describe('operators', () => {
  it('drain a process: it gives back what it holds at its next step, and another goes on', async () => {
    const log: { key: string; run: number }[] = [];
    const definitions = [probe(log)];
    const first = await orca({ definitions });
    const id = await start(first.client, [{ type: 'probe', ms: 2_500 }, { type: 'probe' }]);
    await until(first.client, id, () => log.length === 1);
    await sleep(1_200);
    await first.db.pool.query('update orca.workers set draining = true where owner = $1', [first.orchestrator.owner]);
    await rests(first);
    const second = await orca({ definitions });
    expect((await until(second.client, id, over)).status).toBe('SUCCEEDED');
    expect(second.orchestrator.stats().claimed).toBe(1);
    // The run that was under way was let end: nothing ran twice.
    expect(log).toHaveLength(2);
    const later = await start(first.client, [{ type: 'wait', waitTime: 0 }]);
    expect((await until(second.client, later, over)).status).toBe('SUCCEEDED');
    expect(first.orchestrator.stats().claimed).toBe(1);
  });

  it('bring the whole engine to rest, and let it go on', async () => {
    const log: { key: string; run: number }[] = [];
    const one = await orca({ definitions: [probe(log)] });
    await one.client.pauseAll({ body: { reason: 'maintenance' } });
    await sleep(1_500);
    const id = await start(one.client, [{ type: 'probe' }]);
    await sleep(2_500);
    expect(log).toEqual([]);
    expect(await one.client.engineHealth({})).toMatchObject({ pausedAll: { reason: 'maintenance' } });
    await one.client.resumeAll({ body: {} });
    expect((await until(one.client, id, over)).status).toBe('SUCCEEDED');
  });

  it('find everything going on after the rest, what was given back for it and what became due in it, with no sweeper', async () => {
    const log: { key: string; run: number }[] = [];
    const one = await orca({ definitions: [probe(log)], sweep: false });
    const held = await start(one.client, [{ type: 'probe', ms: 2_500 }, { type: 'probe' }]);
    const waits = await start(one.client, [{ type: 'wait', waitTime: 3 }]);
    await until(one.client, held, () => log.length === 1);
    await until(one.client, waits, (execution) => execution.stages[0]?.status === 'RUNNING');
    await one.client.pauseAll({ body: { reason: 'maintenance' } });
    await rests(one);
    await sleep(3_000);
    expect(log).toHaveLength(1);
    await one.client.resumeAll({ body: {} });
    expect((await until(one.client, held, over)).status).toBe('SUCCEEDED');
    expect((await until(one.client, waits, over)).status).toBe('SUCCEEDED');
    expect(log).toHaveLength(2);
    expect(one.orchestrator.stats().rescues).toEqual({});
  });
});

describe('long waits', () => {
  it('are in PostgreSQL alone, and the almanac has them rung when their time is near', async () => {
    const { client, db, orchestrator } = await orca({ sweep: false });
    const id = await start(client, [{ type: 'wait', waitTime: 3_600 }]);
    await until(client, id, (one) => one.stages[0]?.status === 'RUNNING');
    await rests({ orchestrator } as TestOrca);
    const keys = (await stores.redis.redis.keys('bull:*')).filter((key) => key.includes(id));
    expect(keys).toEqual([]);
    const { rows } = await db.pool.query<{ s: number }>(
      'select extract(epoch from due_at - now())::float8 s from orca.executions where id = $1',
      [id],
    );
    expect(rows[0]?.s).toBeGreaterThan(3_590);
    const rung: { id: string; at: number }[] = [];
    const almanac = new Almanac(db.pool, { now: () => Date.now(), after: () => () => undefined }, (found, at) =>
      rung.push({ id: found, at }),
    );
    expect(await almanac.look()).toBe(0);
    await db.pool.query(`update orca.executions set due_at = now() + interval '40 seconds' where id = $1`, [id]);
    expect(await almanac.look()).toBe(1);
    expect(rung[0]?.id).toBe(id);
    expect((rung[0]?.at ?? 0) - Date.now()).toBeGreaterThan(38_000);
  });
});
