import { FlowProducer, Queue, Worker } from 'bullmq';
import { closedLoop } from '../closed-loop.ts';
import { connection } from './connection.ts';
import { measure, type Measured, type PeerOptions } from './peer.ts';

/** BullMQ's FlowProducer: ten jobs and one that joins them, no state besides Redis. */
export async function flow(options: PeerOptions): Promise<Measured> {
  const name = `flow-${process.pid}`;
  const queue = new Queue(name, { connection: connection(options.redisUrl) });
  const producer = new FlowProducer({ connection: connection(options.redisUrl) });
  const joined = new Map<string, () => void>();
  const worker = new Worker<{ flow: string }>(
    name,
    async (job) => {
      if (job.name === 'join') joined.get(job.data.flow)?.();
    },
    { connection: { ...connection(options.redisUrl), maxRetriesPerRequest: null }, concurrency: 50 },
  );
  await worker.waitUntilReady();
  let number = 0;
  const run = async (): Promise<void> => {
    const data = { flow: String(number++) };
    const done = new Promise<void>((resolve) => joined.set(data.flow, resolve));
    const opts = { removeOnComplete: true };
    const children = Array.from({ length: 10 }, () => ({ name: 'child', queueName: name, data, opts }));
    await producer.add({ name: 'join', queueName: name, data, opts, children });
    await done;
    joined.delete(data.flow);
  };
  await closedLoop(Math.min(50, options.count), options.inFlight, run);
  const result = await measure(options, 11, () => closedLoop(options.count, options.inFlight, run));
  await Promise.all([worker.close(), producer.close()]);
  await queue.obliterate({ force: true });
  await queue.close();
  return result;
}
