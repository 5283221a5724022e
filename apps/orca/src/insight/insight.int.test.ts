import type { ExecutionEvent } from '@gennaker/contracts/execution';
import type { StreamEvent } from '@gennaker/contracts/route';
import type { EngineEvent } from '@gennaker/engine/events';
import { fold } from '@gennaker/engine/evolve';
import { executionView } from '@gennaker/engine/view';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStores, over, start, startOrca, type Stores, type TestOrca, until } from '../orca.fixture.ts';

let stores: Stores;
let orca: TestOrca;
beforeEach(async () => {
  stores = await openStores();
  orca = await startOrca(stores);
});
afterEach(async () => {
  await orca.stop();
  await stores.drop();
});

const eventsOf = async (id: string): Promise<ExecutionEvent[]> =>
  (await orca.client.history({ params: { id } })) as unknown as ExecutionEvent[];

describe('explaining', () => {
  it('tells of a judgment that it waits for a person, and of what comes then', async () => {
    const id = await start(orca.client, [
      { type: 'manualJudgment', name: 'Ask' },
      { type: 'wait', name: 'After', waitTime: 0 },
    ]);
    await until(orca.client, id, (one) => one.stages[0]?.reason !== undefined);
    const waiting = await orca.client.explain({ params: { id } });
    expect(waiting).toMatchObject({ status: 'RUNNING', summary: expect.stringMatching(/"Ask".*Then comes "After"/) });
    await orca.client.cancel({ params: { id }, query: { reason: 'wrong' } });
    await until(orca.client, id, over);
    const cancelled = await orca.client.explain({ params: { id } });
    expect(cancelled).toMatchObject({ moving: false, summary: expect.stringContaining('Cancelled by') });
  });

  it('tells which stage failed, and which was skipped by its condition', async () => {
    const id = await start(orca.client, [
      { type: 'wait', name: 'No', waitTime: 0, stageEnabled: { type: 'expression', expression: 'false' } },
      { type: 'nonsense', name: 'Broken' },
    ]);
    await until(orca.client, id, over);
    const { summary, items } = await orca.client.explain({ params: { id } });
    expect(summary).toContain('No stage type "nonsense"');
    expect(items.find((item) => item.name === 'No')).toMatchObject({ status: 'SKIPPED' });
  });
});

describe('replay', () => {
  it('shows the fold of the history at every event, and refuses a number beyond its end', async () => {
    const id = await start(orca.client, [
      { type: 'wait', waitTime: 0 },
      { type: 'wait', waitTime: 0 },
    ]);
    await until(orca.client, id, over);
    const events = (await eventsOf(id)).map(
      ({ data, type, sequence, at }) => ({ ...data, type, sequence, at }) as unknown as EngineEvent,
    );
    for (const { sequence } of events) {
      const state = fold(events.slice(0, sequence));
      if (!state) throw new Error('no state');
      expect(await orca.client.stateAt({ params: { id }, query: { at: sequence } })).toEqual(
        JSON.parse(JSON.stringify(executionView(state))),
      );
    }
    const beyond = orca.client.stateAt({ params: { id }, query: { at: events.length + 1 } });
    await expect(beyond).rejects.toMatchObject({ status: 404, details: { field: 'at' } });
  });

  it('resumes the stream from any cursor with each later event once', async () => {
    const before = (
      await collect(undefined, async () => {
        const id = await start(orca.client, [{ type: 'wait', waitTime: 0 }]);
        await until(orca.client, id, over);
        return (await eventsOf(id)).length;
      })
    ).map((one) => one.id);
    expect(before.length).toBeGreaterThan(4);
    expect(new Set(before).size).toBe(before.length);
    for (const [index, cursor] of before.entries())
      expect((await collect(cursor, async () => before.length - index - 1)).map((one) => one.id)).toEqual(
        before.slice(index + 1),
      );
  });
});

/** Reads the stream from a cursor until as many events came as `wanted` says; one more would be seen within a moment. */
async function collect(after: string | undefined, wanted: () => Promise<number>): Promise<StreamEvent[]> {
  const found: StreamEvent[] = [];
  const ended = new AbortController();
  const events = await orca.client.events({ query: after === undefined ? {} : { after } }, { signal: ended.signal });
  const reading = (async () => {
    for await (const event of events) found.push(event);
  })().catch(() => {});
  const count = await wanted();
  for (let tries = 0; found.length < count && tries < 200; tries++) await new Promise((done) => setTimeout(done, 20));
  await new Promise((done) => setTimeout(done, 30));
  ended.abort();
  await reading;
  return found;
}

describe('comparing, predicting and planning', () => {
  it('sets two runs side by side and learns from the first how long the second takes', async () => {
    const more = { id: 'config', name: 'p' };
    const run = async (waitTime: number): Promise<string> => {
      const id = await start(orca.client, [{ type: 'wait', waitTime }], more);
      await until(orca.client, id, over);
      return id;
    };
    const [a, b] = [await run(0), await run(1)];
    const { stages } = await orca.client.compare({ query: { a, b } });
    expect(stages[0]?.differences).toContainEqual({ path: 'context.waitTime', a: 0, b: 1 });
    expect(await orca.client.predict({ params: { id: b } })).toMatchObject({ basis: 1, stages: [{ runs: 1 }] });
    const plan = await orca.client.planOf({
      body: { application: 'app', ...more, stages: [{ type: 'wait', waitTime: 1 }] },
    });
    expect(plan).toMatchObject({ stages: [{ type: 'wait', enabled: 'yes' }], durationMs: { basis: 2 } });
  });

  it('starts nothing when only the plan is asked for', async () => {
    const answer = await orca.client.orchestrate({
      body: { application: 'app', name: 'p', plan: true, stages: [{ type: 'wait', waitTime: 1 }] },
    });
    expect(answer).toMatchObject({ application: 'app', stages: [{ type: 'wait' }] });
    expect(await orca.client.queues()).toEqual([]);
    expect(await orca.client.listForApplication({ params: { application: 'app' } })).toEqual([]);
  });

  it('plans without live state while clouddriver is away, and writes nothing', async () => {
    // All but where workers tell that they are there.
    const { rows: tables } = await orca.db.pool.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'orca' and tablename <> 'workers'",
    );
    expect(tables.length).toBeGreaterThan(5);
    const written = async () =>
      Promise.all(tables.map(async ({ name }) => (await orca.db.pool.query(`select count(*) from orca.${name}`)).rows));
    const before = await written();
    const deploy = { account: 'local-gce', region: 'us-central1', cloudProvider: 'gce', image: 'hello-1' };
    const plan = await orca.client.planOf({
      body: { application: 'hello', name: 'Deliver', stages: [{ type: 'deploy', refId: '1', clusters: [deploy] }] },
    });
    expect(plan.stages).toMatchObject([{ type: 'deploy', before: [{ type: 'createServerGroup' }] }]);
    expect(plan.live).toMatchObject({ stages: [], unknown: { summary: expect.stringContaining('is unknown') } });
    expect(await written()).toEqual(before);
  });
});
