import { Queue, Worker } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { connection } from './connection.ts';
import { measure, type Measured, type PeerOptions } from './peer.ts';

/** Bare BullMQ delayed jobs: `took` is how late each is run, ms. */
export async function delayed(options: PeerOptions): Promise<Measured> {
  const name = `delayed-${process.pid}`;
  const queue = new Queue(name, { connection: connection(options.redisUrl) });
  const late: number[] = [];
  const worker = new Worker(name, async (job) => void late.push(Date.now() - (job.timestamp + (job.opts.delay ?? 0))), {
    connection: { ...connection(options.redisUrl), maxRetriesPerRequest: null },
    concurrency: 50,
  });
  await worker.waitUntilReady();
  const result = await measure(options, 1, async () => {
    const begun = performance.now();
    for (let index = 0; index < options.count; index++)
      await queue.add('late', {}, { delay: 3_000 + ((index * 7919) % 5_000), removeOnComplete: true });
    while (late.length < options.count) await sleep(20);
    return { ms: performance.now() - begun, took: late };
  });
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  return result;
}
