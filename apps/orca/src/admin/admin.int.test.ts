import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStores, over, probe, start, startOrca, type Stores, type TestOrca, until } from '../orca.fixture.ts';

type Log = { key: string; run: number }[];

let stores: Stores;
let log: Log;
const running: TestOrca[] = [];
const orca = async (instance = 'a'): Promise<TestOrca> => {
  const started = await startOrca(stores, { definitions: [probe(log)], instance });
  running.push(started);
  return started;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
/** Waits until something holds. @throws Error after 20 s */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds()); await pause(20))
    if (Date.now() > end) throw new Error(`not so after 20 s: ${what}`);
}
const polling = { type: 'probe', polls: 60, wakeAfterMs: 50 };
const wait = { type: 'wait', waitTime: 600 };
const one = { id: 'config', limitConcurrent: true, keepWaitingPipelines: true };
const heldByNobody = async ({ db }: TestOrca): Promise<boolean> =>
  (await db.pool.query('select from orca.executions where owner is not null')).rowCount === 0;

beforeEach(async () => {
  log = [];
  stores = await openStores();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
  await stores.drop();
});

describe('pausing the whole engine', () => {
  it('brings every execution on every orca to rest, and lets all go on where they were', async () => {
    const [a, b] = [await orca('a'), await orca('b')];
    const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => start((n % 2 ? a : b).client, [polling])));
    await eventually('all run', async () => new Set(log.map(({ key }) => key)).size === 6);
    await a.client.pauseAll({ body: { reason: 'maintenance' } });
    await eventually('nobody holds anything', () => heldByNobody(a));
    const before = log.length;
    const late = await start(b.client, [{ type: 'wait', waitTime: 0 }]);
    await pause(1_500);
    expect(log).toHaveLength(before);
    expect((await a.client.getExecution({ params: { id: late } })).status).toBe('NOT_STARTED');
    expect(await b.client.engineHealth()).toMatchObject({
      pausedAll: { by: 'anonymous', reason: 'maintenance' },
      executions: { running: 0, waiting: 6 },
    });
    await b.client.resumeAll({ body: {} });
    const ended = await Promise.all([...ids, late].map((id) => until(a.client, id, over)));
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'SUCCEEDED'));
    expect(await a.client.engineHealth()).not.toHaveProperty('pausedAll');
  });
});

describe('draining one orca', () => {
  it('makes it give back all that it holds to the others, and take nothing new until it may again', async () => {
    const [a, b] = [await orca('a'), await orca('b')];
    const ids = await Promise.all(Array.from({ length: 4 }, () => start(a.client, [polling])));
    await eventually('a knows itself', async () => (await a.client.engineHealth()).workers.length === 2);
    await a.client.drainWorker({ params: { instance: 'a' } });
    await eventually('a holds nothing', async () => a.orchestrator.stats().held === 0);
    const claimed = a.orchestrator.stats().claimed;
    const late = await start(a.client, [{ type: 'wait', waitTime: 0 }]);
    const ended = await Promise.all([...ids, late].map((id) => until(a.client, id, over)));
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'SUCCEEDED'));
    expect(a.orchestrator.stats().claimed).toBe(claimed);
    expect((await b.client.engineHealth()).workers.map(({ instance, draining }) => [instance, draining])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    await a.client.undrainWorker({ params: { instance: 'a' } });
    await b.client.drainWorker({ params: { instance: 'b' } });
    await eventually('b holds nothing', async () => b.orchestrator.stats().held === 0);
    expect(await until(a.client, await start(a.client, [{ type: 'wait', waitTime: 0 }]), over)).toMatchObject({
      status: 'SUCCEEDED',
    });
    await expect(a.client.drainWorker({ params: { instance: 'none' } })).rejects.toMatchObject({ status: 404 });
  });
});

describe('an execution that fails the engine itself', () => {
  const broken = async (engine: TestOrca): Promise<string> => {
    const id = await start(engine.client, [wait]);
    await eventually('it waits', () => heldByNobody(engine));
    await engine.db.pool.query(
      `update orca.stages set context = '{"waitTime": 600, "lost": {"$blob": "00"}}' where execution_id = $1`,
      [id],
    );
    await engine.client.redrive({ params: { id } });
    await eventually('it is set aside', async () => (await engine.client.listSetAside()).length === 1);
    return id;
  };

  it('is set aside with the evidence, and goes on when it is redriven after the cause is mended', async () => {
    const engine = await orca();
    const { client, db } = engine;
    const id = await broken(engine);
    expect(await client.listSetAside()).toMatchObject([
      { executionId: id, application: 'app', name: 'pipe', evidence: { error: expect.stringContaining('lost') } },
    ]);
    expect((await client.engineHealth()).setAside).toBe(1);
    // Another runs undisturbed.
    expect((await until(client, await start(client, [{ type: 'wait', waitTime: 0 }]), over)).status).toBe('SUCCEEDED');
    await db.pool.query(`update orca.stages set context = '{"waitTime": 600}' where execution_id = $1`, [id]);
    await client.redrive({ params: { id } });
    const stageId = (await client.getExecution({ params: { id } })).stages[0]?.id ?? '';
    await client.patchStage({ params: { id, stageId }, body: { skipRemainingWait: true } });
    expect((await until(client, id, over)).status).toBe('SUCCEEDED');
    expect(await client.listSetAside()).toEqual([]);
    await expect(client.redrive({ params: { id: 'none' } })).rejects.toMatchObject({ status: 404 });
  });

  it('is ended as a zombie even though no engine can read it', async () => {
    const engine = await orca();
    const { client, db } = engine;
    const id = await broken(engine);
    expect(await client.killZombies({ query: {} })).toEqual({ executions: [] });
    expect(await client.killZombies({ query: { minimumActivity: '0' } })).toEqual({ executions: [id] });
    expect(await client.listSetAside()).toEqual([]);
    await db.pool.query(`update orca.stages set context = '{"waitTime": 600}' where execution_id = $1`, [id]);
    const ended = await client.getExecution({ params: { id } });
    expect(ended).toMatchObject({ status: 'CANCELED', canceled: true, canceledBy: 'anonymous' });
    expect(ended.stages[0]?.status).toBe('CANCELED');
    expect((await client.history({ params: { id } })).at(-1)).toMatchObject({ type: 'ExecutionCompleted' });
    expect((await client.history({ params: { id } })).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: ended.version ?? 0 }, (_, n) => n + 1),
    );
  });
});

describe('ending by force', () => {
  it('ends an execution at once, without the clean-up that a cancel does', async () => {
    const { client } = await orca();
    const [first, second, third] = await Promise.all(
      [1, 2, 3].map(() => start(client, [{ ...polling, polls: 9_999 }])),
    );
    await eventually('all run', async () => new Set(log.map(({ key }) => key)).size === 3);
    await client.forceCancel({ query: { executionId: first ?? '', canceledBy: 'ann', reason: 'stuck' } });
    await client.killZombie({ params: { id: second ?? '' } });
    expect(await client.getExecution({ params: { id: first ?? '' } })).toMatchObject({
      status: 'CANCELED',
      canceledBy: 'ann',
      cancellationReason: 'stuck',
      stages: [{ status: 'CANCELED' }],
    });
    expect((await client.getExecution({ params: { id: second ?? '' } })).status).toBe('CANCELED');
    await client.cancel({ params: { id: third ?? '' }, query: {} });
    await until(client, third ?? '', over);
    expect(log.filter(({ run }) => run === -1)).toHaveLength(1);
  });
});

describe('retention', () => {
  it('removes exactly what its dry run counted, and nothing that has not ended', async () => {
    const { client, db } = await orca();
    const old = await Promise.all([1, 2, 3].map(() => start(client, [{ type: 'wait', waitTime: 0 }])));
    await Promise.all(old.map((id) => until(client, id, over)));
    await db.pool.query('update orca.executions set end_time = 1000');
    const young = await start(client, [{ type: 'wait', waitTime: 0 }]);
    await until(client, young, over);
    const open = await start(client, [wait]);
    const dry = await client.retain({ query: {} });
    expect(dry).toMatchObject({ dryRun: true, executions: 3, oldest: 1000, policy: { days: 90, keepPerPipeline: 20 } });
    expect(await client.retain({ query: { dryRun: 'false' } })).toEqual({ ...dry, dryRun: false });
    expect(await client.retain({ query: {} })).toMatchObject({ executions: 0, events: 0 });
    const left = await client.listForApplication({ params: { application: 'app' }, query: {} });
    expect(left.map(({ id }) => id).toSorted()).toEqual([young, open].toSorted());
  });
});

describe('a look at what has not ended', () => {
  it('says which it would be, and leaves queues alone', async () => {
    const { client } = await orca();
    const first = await start(client, [wait], one);
    await start(client, [wait], one);
    const other = await start(client, [wait]);
    const dry = await client.hydrateQueue({ query: {} });
    expect(dry).toEqual({ dryRun: true, executions: [first, other] });
    expect(await client.hydrateQueue({ query: { dryRun: 'false', executionId: other } })).toEqual({
      dryRun: false,
      executions: [other],
    });
  });
});

describe("a kick of a pipeline's queue", () => {
  it('fills what is free, and with purge cancels whoever waits', async () => {
    const { client } = await orca();
    const first = await start(client, [wait], one);
    const second = await start(client, [wait], one);
    const third = await start(client, [wait], one);
    await client.kickPending({ query: { pipelineConfigId: 'config' } });
    expect((await client.getExecution({ params: { id: second } })).status).toBe('NOT_STARTED');
    await client.kickPending({ query: { pipelineConfigId: 'config', purge: 'true' } });
    for (const id of [second, third])
      expect(await until(client, id, over)).toMatchObject({
        status: 'CANCELED',
        cancellationReason: 'the queue of its pipeline was emptied',
      });
    expect((await client.getExecution({ params: { id: first } })).status).toBe('RUNNING');
    await eventually('nobody waits', async () => (await client.engineHealth()).executions.queued === 0);
  });
});
