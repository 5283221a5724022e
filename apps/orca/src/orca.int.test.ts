import type { ExecutionEvent } from '@gennaker/contracts/execution';
import { ServiceError } from '@gennaker/contracts/error';
import type { StreamEvent } from '@gennaker/contracts/route';
import type { EngineEvent } from '@gennaker/engine/events';
import { fold } from '@gennaker/engine/evolve';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openStores, over, probe, start, startOrca, type Stores, type TestOrca, until } from './orca.fixture.ts';
import { readExecution } from './rows.ts';
import { Writer } from './writer.ts';

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

describe('an execution through HTTP', () => {
  it('waits, is judged, waits, and its state is the fold of its history', async () => {
    const { client, db } = await orca();
    const id = await start(client, [
      { type: 'wait', waitTime: 1 },
      { type: 'manualJudgment', name: 'Ask', judgmentInputs: [{ value: 'a' }, { value: 'b' }] },
      { type: 'wait', waitTime: "${ #judgment('Ask') == 'b' ? 0 : 60 }" },
    ]);
    const asking = await until(
      client,
      id,
      (one) => one.stages[1]?.status === 'RUNNING' && one.stages[1].reason !== undefined,
    );
    expect(asking.stages[1]?.reason).toMatchObject({
      summary: expect.stringContaining('approve'),
      evidence: { choices: ['a', 'b'] },
    });
    const stageId = asking.stages[1]?.id ?? '';
    const refused = await client
      .patchStage({ params: { id, stageId }, body: { judgmentStatus: 'continue', judgmentInput: 'c' } })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ServiceError);
    expect(refused).toMatchObject({ status: 400, details: { field: 'judgmentInput', fix: 'choose one of a, b' } });
    const judged = await client.patchStage(
      { params: { id, stageId }, body: { judgmentStatus: 'continue', judgmentInput: 'b' } },
      { headers: { 'x-spinnaker-user': 'ann' } },
    );
    expect(judged.stages[1]?.context['judgmentStatus']).toBe('continue');
    const done = await until(client, id, over);
    expect(done.status).toBe('SUCCEEDED');
    expect(done.stages[2]?.context['waitTime']).toBe(0);

    const history = await client.history({ params: { id } });
    const events = history.map((one) => {
      const event = one as unknown as ExecutionEvent;
      return { ...event.data, type: event.type, sequence: event.sequence, at: event.at } as unknown as EngineEvent;
    });
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
    expect(fold(events)).toEqual(await readExecution(db.pool, id));
    const late = await client
      .patchStage({ params: { id, stageId }, body: { judgmentStatus: 'stop' } })
      .catch((error: unknown) => error);
    expect(late).toMatchObject({ status: 409 });
  });

  it('starts the same execution id, and the same idempotency key, once', async () => {
    const { client } = await orca();
    const body = { application: 'app', name: 'p', executionId: 'MY-ID-1', stages: [{ type: 'wait', waitTime: 0 }] };
    const refs = await Promise.all([1, 2, 3].map(() => client.orchestrate({ body })));
    expect(new Set(refs.map((one) => one.ref))).toEqual(new Set(['/pipelines/MY-ID-1']));
    const keyed = { application: 'app', name: 'q', stages: [{ type: 'wait', waitTime: 0 }] };
    const a = await client.orchestrate({ body: keyed }, { key: 'k1' });
    const b = await client.orchestrate({ body: keyed }, { key: 'k1' });
    expect(b).toEqual(a);
    await until(client, 'MY-ID-1', over);
    expect(await client.listForApplication({ params: { application: 'app' }, query: {} })).toHaveLength(2);
  });

  it('refuses bad graphs naming the field, and unknown executions', async () => {
    const { client } = await orca();
    const body = {
      application: 'app',
      name: 'p',
      stages: [
        { type: 'wait', refId: '1', requisiteStageRefIds: ['2'] },
        { type: 'wait', refId: '2', requisiteStageRefIds: ['1'] },
      ],
    };
    await expect(client.orchestrate({ body })).rejects.toMatchObject({
      status: 400,
      details: { fix: expect.any(String) },
    });
    await expect(client.getExecution({ params: { id: 'nope' } })).rejects.toMatchObject({ status: 404 });
    await expect(client.cancel({ params: { id: 'nope' } })).rejects.toMatchObject({ status: 404 });
  });

  it('fails a task whose answer cannot be written down, saying so', async () => {
    const odd = defineStage({
      type: 'odd',
      label: 'Odd',
      description: 'Answers a circle',
      schema: z.looseObject({}),
      examples: [{}],
      tasks: () => [
        {
          name: 'answer',
          run: async () => {
            const outputs: Record<string, unknown> = {};
            outputs['itself'] = outputs;
            return { status: 'SUCCEEDED', outputs };
          },
        },
      ],
    });
    const { client } = await orca({ definitions: [odd] });
    const ended = await until(client, await start(client, [{ type: 'odd' }]), over);
    expect(ended.stages[0]).toMatchObject({
      status: 'TERMINAL',
      reason: { summary: expect.stringContaining('The task answer answered something that cannot be written down') },
    });
  });

  it('cancels with clean-up, pauses and resumes', async () => {
    const log: { key: string; run: number }[] = [];
    const { client } = await orca({ definitions: [probe(log)] });
    const id = await start(client, [
      { type: 'probe', ms: 60_000 },
      { type: 'wait', waitTime: 0 },
    ]);
    await until(client, id, () => log.length === 1);
    await client.cancel({ params: { id }, query: { reason: 'wrong' } }, { headers: { 'x-spinnaker-user': 'ann' } });
    const done = await until(client, id, over);
    expect(done).toMatchObject({ status: 'CANCELED', canceled: true, canceledBy: 'ann', cancellationReason: 'wrong' });
    expect(log.at(-1)).toEqual({ key: `${log[0]?.key}:cancel`, run: -1 });

    const second = await start(client, [
      { type: 'wait', waitTime: 1 },
      { type: 'wait', waitTime: 0 },
    ]);
    await until(client, second, (one) => one.status === 'RUNNING');
    await client.pause({ params: { id: second } });
    expect(await client.getExecution({ params: { id: second } })).toMatchObject({
      status: 'PAUSED',
      paused: { paused: true },
    });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await client.getExecution({ params: { id: second } })).toMatchObject({ status: 'PAUSED' });
    await client.resume({ params: { id: second } });
    expect((await until(client, second, over)).status).toBe('SUCCEEDED');
  });

  it('reads an orchestration', async () => {
    const { client } = await orca();
    const { ref } = await client.ops({
      body: { application: 'app', description: 'a wait', job: [{ type: 'wait', waitTime: 0 }] },
    });
    expect(ref).toMatch(/^\/tasks\//);
    const done = await until(client, ref.slice(7), over);
    expect(done).toMatchObject({ type: 'ORCHESTRATION', status: 'SUCCEEDED' });
    expect(await client.listTasks({ params: { application: 'app' }, query: {} })).toHaveLength(1);
  });
});

vi.setConfig({ testTimeout: 90_000 });

describe('without the sweeper and without faults', () => {
  it('everything comes on time through the bell', async () => {
    const log: { key: string; run: number }[] = [];
    const definitions = [probe(log)];
    const [first, second] = await Promise.all([
      orca({ sweep: false, definitions }),
      orca({ sweep: false, definitions }),
    ]);
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        start((index % 2 ? first : second).client, [
          { type: 'wait', waitTime: 2 },
          { type: 'probe', polls: 2, wakeAfterMs: 1_700 },
          { type: 'manualJudgment' },
        ]),
      ),
    );
    for (const id of ids) {
      const asking = await until(first.client, id, (one) => one.stages[2]?.status === 'RUNNING');
      const wait = asking.stages[0];
      expect((wait?.endTime ?? 0) - (wait?.startTime ?? 0)).toBeGreaterThanOrEqual(2_000);
      expect((wait?.endTime ?? 0) - (wait?.startTime ?? 0)).toBeLessThan(3_500);
      await second.client.patchStage({
        params: { id, stageId: asking.stages[2]?.id ?? '' },
        body: { judgmentStatus: 'continue' },
      });
    }
    for (const id of ids) expect((await until(first.client, id, over)).status).toBe('SUCCEEDED');
    expect(log).toHaveLength(60);
    expect(new Set(log.map((one) => `${one.key} ${one.run}`)).size).toBe(60);
    expect(first.orchestrator.stats().rescues).toEqual({});
  });
});

describe('faults', () => {
  it('a flushed Redis loses nothing', async () => {
    const { client, orchestrator } = await orca();
    const ids = await Promise.all(
      Array.from({ length: 5 }, () =>
        start(client, [
          { type: 'wait', waitTime: 2 },
          { type: 'wait', waitTime: 0 },
        ]),
      ),
    );
    for (const id of ids) await until(client, id, (one) => one.stages[0]?.status === 'RUNNING');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await stores.redis.redis.flushdb();
    for (const id of ids) expect((await until(client, id, over)).status).toBe('SUCCEEDED');
    // Short waits are in alarms of the process: nobody had to help.
    expect(orchestrator.stats().rescues).toEqual({});
  });

  it('a judgment that comes while the claim is held, by the owner or another process, is applied at once', async () => {
    const log: { key: string; run: number }[] = [];
    const definitions = [probe(log)];
    const [owner, other] = await Promise.all([
      orca({ definitions, sweep: false }),
      orca({ definitions, sweep: false }),
    ]);
    const id = await start(owner.client, [
      { type: 'probe', refId: '1', ms: 6_000 },
      { type: 'manualJudgment', refId: '2', requisiteStageRefIds: [] },
    ]);
    const asking = await until(owner.client, id, (one) => one.stages[1]?.status === 'RUNNING' && log.length === 1);
    const before = Date.now();
    const holder = owner.orchestrator.stats().held > 0 ? other : owner;
    const judged = await holder.client.patchStage({
      params: { id, stageId: asking.stages[1]?.id ?? '' },
      body: { judgmentStatus: 'continue' },
    });
    expect(Date.now() - before).toBeLessThan(3_000);
    expect(judged.stages[1]?.context['judgmentStatus']).toBe('continue');
    await until(owner.client, id, over);
    expect(log).toHaveLength(1);
  });

  it("a stale owner's write is refused", async () => {
    const { client, db } = await orca();
    const id = await start(client, [{ type: 'manualJudgment' }]);
    await until(client, id, (one) => one.stages[0]?.status === 'RUNNING' && one.stages[0].reason !== undefined);
    await until(client, id, () => true);
    const state = await readExecution(db.pool, id);
    const { rows } = await db.pool.query<{ epoch: number }>('select epoch from orca.executions where id = $1', [id]);
    const writer = new Writer(db.pool, 4_000);
    const outcome = await writer.commit({
      owner: 'somebody-else',
      epoch: rows[0]?.epoch ?? 0,
      from: state.version,
      state: { ...state, version: state.version + 1, status: 'TERMINAL' },
      events: [],
      inputs: [],
      trace: '',
      mailApplied: 0,
      wakeAt: undefined,
      release: true,
    });
    expect(outcome).toEqual({ kind: 'fenced' });
    expect(await readExecution(db.pool, id)).toEqual(state);
  });

  it('an owner whose claim was taken notices and stops; the run is repeated with the same key', async () => {
    const log: { key: string; run: number }[] = [];
    const { client, db, orchestrator } = await orca({ definitions: [probe(log)], leaseMs: 1_500 });
    const id = await start(client, [{ type: 'probe', ms: 4_000 }]);
    await until(client, id, () => log.length === 1);
    await db.pool.query(
      `update orca.executions set owner = 'thief', epoch = epoch + 1, claim_expires = now() + interval '1 second' where id = $1`,
      [id],
    );
    const done = await until(client, id, over);
    expect(done.status).toBe('SUCCEEDED');
    expect(orchestrator.stats().lost).toBe(1);
    expect(new Set(log.map((one) => one.key)).size).toBe(1);
    expect(log).toHaveLength(2);
  });

  it('what a stopping process held goes on elsewhere', async () => {
    const log: { key: string; run: number }[] = [];
    const first = await orca({ definitions: [probe(log)] });
    const id = await start(first.client, [{ type: 'probe', ms: 1_500 }]);
    await until(first.client, id, () => log.length === 1);
    const second = await orca({ definitions: [probe(log)] });
    running.splice(running.indexOf(first), 1);
    await first.stop();
    expect((await until(second.client, id, over)).status).toBe('SUCCEEDED');
    expect(new Set(log.map((one) => one.key)).size).toBe(1);
  });
});

describe('the event stream', () => {
  it('gives every event once and in order to readers that come late, live, and again from a cursor', async () => {
    const { client } = await orca();
    const stop = new AbortController();
    const read = async (after: string | undefined, count: number): Promise<ExecutionEvent[]> => {
      const events: ExecutionEvent[] = [];
      const stream = client.events(
        { query: after === undefined ? {} : { after } },
        { signal: stop.signal },
      ) as unknown as Promise<AsyncIterable<StreamEvent>> | AsyncIterable<StreamEvent>;
      for await (const one of await stream) {
        const event = one.data as ExecutionEvent;
        if (event?.executionId === undefined) continue;
        events.push(event);
        if (events.length >= count) break;
      }
      return events;
    };
    const live = read('0-0', 60);
    const ids = await Promise.all(
      Array.from({ length: 6 }, () =>
        start(client, [
          { type: 'wait', waitTime: 0 },
          { type: 'wait', waitTime: 0 },
        ]),
      ),
    );
    for (const id of ids) await until(client, id, over);
    const events = await live;
    for (const id of ids) {
      const sequences = events.filter((one) => one.executionId === id).map((one) => one.sequence);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    }
    const again = await read(events[9]?.cursor, 50);
    expect(again.map((one) => one.cursor)).toEqual(events.slice(10, 60).map((one) => one.cursor));
    stop.abort();
    await expect(client.history({ params: { id: 'nope' } })).rejects.toMatchObject({ status: 404 });
  });

  it('tells what begins and ends without the rest, from a position on, and what came of some executions since', async () => {
    const { client } = await orca();
    await until(client, await start(client, [{ type: 'wait', waitTime: 0 }]), over);
    const { cursor } = await client.eventsPosition();
    const id = await start(client, [{ type: 'wait', waitTime: 0 }]);
    await until(client, id, over);
    const types = 'ExecutionCreated,ExecutionCompleted';
    const told: ExecutionEvent[] = [];
    for await (const { data } of await client.events({ query: { after: cursor, types } })) {
      told.push(data as ExecutionEvent);
      if (told.length === 2) break;
    }
    expect(told.map((event) => [event.executionId, event.type])).toEqual([
      [id, 'ExecutionCreated'],
      [id, 'ExecutionCompleted'],
    ]);
    const all = await client.eventsSince({ body: { after: { [id]: 0, nobody: 3 } } });
    expect(all).toEqual(await client.history({ params: { id } }));
    const stages = await client.eventsSince({ body: { after: { [id]: 0 }, types: ['StageStarted'] } });
    expect(stages.map((event) => event.type)).toEqual(['StageStarted']);
    expect(await client.eventsSince({ body: { after: { [id]: all.at(-1)?.sequence ?? 0 } } })).toEqual([]);
  });

  it('never passes over an event that commits late', async () => {
    const { client, db, orchestrator } = await orca();
    const id = await start(client, [{ type: 'wait', waitTime: 0 }]);
    await until(client, id, over);
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const one of await orchestrator.feed.follow('0-0', {}, stop.signal))
        seen.push((one.data as ExecutionEvent).type);
    })();
    const late = await db.pool.connect();
    await late.query('begin');
    const insert = `insert into orca.events (execution_id, sequence, application, data)
                    values ($1, $2, 'app', json_build_object('inputs', '[]'::json, 'events',
                      json_build_array(json_build_object('type', $3::text, 'sequence', $2::int, 'at', 0)))::text)`;
    await late.query(insert, ['other', 1, 'Late']);
    await db.pool.query(insert, ['other', 2, 'Early']);
    orchestrator.feed.hint();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).not.toContain('Early');
    await late.query('commit');
    late.release();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(seen.slice(-2)).toEqual(['Late', 'Early']);
    stop.abort();
    await following;
  });
});
