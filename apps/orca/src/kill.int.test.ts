import { openDatabase } from '@gennaker/store/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENGINE_SETTINGS } from './orchestrator.ts';
import { openStores, over, receiver, spawnOrca, start, startOrca, type Stores, until } from './orca.fixture.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});
afterEach(async () => {
  await stores.drop();
});

describe('kill -9', () => {
  it('of the process that works on a stage, with Redis flushed in between: another finishes it, nothing is done twice', async () => {
    const { server, port, calls } = await receiver(700);
    const first = await spawnOrca(stores, port);
    const second = await spawnOrca(stores, port);
    const processes = [first, second];
    try {
      const hook = { type: 'webhook', url: `http://127.0.0.1:${port}/`, method: 'POST', payload: { a: 1 } };
      const ids = await Promise.all(
        Array.from({ length: 6 }, () =>
          start(second.client, [{ type: 'wait', waitTime: 1 }, hook, hook, { type: 'wait', waitTime: 1 }]),
        ),
      );
      while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await first.kill();
      await stores.redis.redis.flushdb();
      for (const id of ids) {
        const done = await until(second.client, id, over);
        expect(done.status).toBe('SUCCEEDED');
        expect(done.stages.map((one) => one.tasks.length)).toEqual([1, 1, 1, 1]);
      }
      // Two webhooks each: as many keys as attempts were decided, however often a run was repeated.
      expect(new Set(calls.map((call) => call.key)).size).toBe(ids.length * 2);
      expect(calls.length).toBeLessThanOrEqual(ids.length * 4);
    } finally {
      await Promise.all(processes.map((one) => one.kill().catch(() => undefined)));
      server.closeAllConnections();
      server.close();
    }
  }, 120_000);

  it('of the only process: the next start goes on', async () => {
    const { server, port, calls } = await receiver(1_500);
    const first = await spawnOrca(stores, port);
    try {
      const id = await start(first.client, [
        { type: 'webhook', url: `http://127.0.0.1:${port}/`, method: 'POST' },
        { type: 'manualJudgment' },
      ]);
      while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await first.kill();
      const second = await spawnOrca(stores, port);
      try {
        const asking = await until(second.client, id, (one) => one.stages[1]?.status === 'RUNNING');
        await second.client.patchStage({
          params: { id, stageId: asking.stages[1]?.id ?? '' },
          body: { judgmentStatus: 'continue' },
        });
        expect((await until(second.client, id, over)).status).toBe('SUCCEEDED');
        expect(new Set(calls.map((call) => call.key)).size).toBe(1);
      } finally {
        await second.kill();
      }
    } finally {
      await first.kill().catch(() => undefined);
      server.closeAllConnections();
      server.close();
    }
  }, 120_000);
});

describe('a process that hangs in the middle of a transaction', () => {
  it('does not keep the row of an execution from its fellows', async () => {
    const orca = await startOrca(stores);
    const hanging = openDatabase(stores.database.url, { settings: ENGINE_SETTINGS });
    const client = await hanging.pool.connect();
    client.on('error', () => undefined);
    try {
      const asking = { type: 'manualJudgment' };
      const [locked, free] = [await start(orca.client, [asking]), await start(orca.client, [asking])];
      for (const id of [locked, free]) await until(orca.client, id, (one) => one.stages[0]?.status === 'RUNNING');
      await client.query('begin');
      await client.query('select 1 from orca.executions where id = $1 for update', [locked]);
      const answers = [];
      for (const id of [locked, free]) {
        const { stages } = await orca.client.getExecution({ params: { id } });
        answers.push(
          orca.client.patchStage({
            params: { id, stageId: stages[0]?.id ?? '' },
            body: { judgmentStatus: 'continue' },
          }),
        );
      }
      for (const id of [free, locked]) expect((await until(orca.client, id, over, 10_000)).status).toBe('SUCCEEDED');
      await Promise.all(answers);
    } finally {
      client.release(true);
      await hanging.close();
      await orca.stop();
    }
  }, 60_000);
});
