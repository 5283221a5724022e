import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStores, over, receiver, spawnOrca, start, type Stores, until } from './orca.fixture.ts';

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
