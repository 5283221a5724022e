import type { Redis } from 'ioredis';
import { Queue, WaitingError, Worker } from 'bullmq';
import { openRedis } from '@gennaker/store/redis';
import type { Logger } from 'pino';

/** Doorbell and timer: tells some orca process to look at an execution, now or later. Holds nothing that PostgreSQL does not know. */
export interface Bell {
  /** Rings for an execution after `delayMs`; `once` makes a repeat of the same ring harmless. Never throws, never waits. */
  ring(executionId: string, delayMs?: number, once?: string): void;
  /** Tells the owner of an execution that mail of this number is there. */
  announceMail(executionId: string, seq: number): void;
  /** Tells readers of the stream that events were committed; many at once are told once. */
  announceEvents(): void;
  /** Whether rings are taken here; others take them meanwhile. */
  listen(on: boolean): void;
  close(): Promise<void>;
}

export interface BellListener {
  rung(executionId: string): Promise<void>;
  mail(executionId: string, seq: number): void;
  events(): void;
}

const QUEUE = 'orca-executions';
const MAIL = 'orca:mail';
const EVENTS = 'orca:events';
/** Hints to readers of the stream are at least so far apart, ms. */
const HINT_EVERY_MS = 5;

/** Opens the bell on Redis. Redis being away is no error: the sweeper finds what was not rung. */
export function openBell(redisUrl: string, listener: BellListener, log: Logger): Bell {
  const commands = openRedis(redisUrl, log);
  const failFast: Redis = commands.duplicate({ enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  failFast.on('error', () => undefined);
  const subscriber = commands.duplicate();
  subscriber.on('error', () => undefined);
  const workerConnection = commands.duplicate({ maxRetriesPerRequest: null });
  workerConnection.on('error', () => undefined);
  const quiet = (): undefined => undefined;

  const queue = new Queue<{ id: string }>(QUEUE, {
    connection: failFast,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', quiet);
  let listens = true;
  const worker = new Worker<{ id: string }>(
    QUEUE,
    async (job, token) => {
      if (listens) return listener.rung(job.data.id);
      // A paused worker still gets what it had asked for: by its wait for a ring, and at the end of the last one.
      await job.moveToWait(token);
      throw new WaitingError();
    },
    { connection: workerConnection, concurrency: 64, drainDelay: 5 },
  );
  worker.on('error', quiet);

  subscriber.on('message', (channel: string, text: string) => {
    if (channel === EVENTS) return listener.events();
    const cut = text.lastIndexOf(' ');
    listener.mail(text.slice(0, cut), Number(text.slice(cut + 1)));
  });
  void subscriber.subscribe(MAIL, EVENTS).catch(quiet);

  const publish = (channel: string, text: string): void => void failFast.publish(channel, text).catch(quiet);
  let hint: NodeJS.Timeout | undefined;
  return {
    ring: (id, delayMs = 0, once) =>
      void queue
        .add(
          'ring',
          { id },
          { ...(delayMs > 0 ? { delay: Math.ceil(delayMs) } : {}), ...(once ? { jobId: once } : {}) },
        )
        .catch(quiet),
    announceMail: (id, seq) => publish(MAIL, `${id} ${seq}`),
    announceEvents: () => {
      hint ??= setTimeout(() => {
        hint = undefined;
        publish(EVENTS, '');
      }, HINT_EVERY_MS).unref();
    },
    listen: (on) => {
      listens = on;
      if (on) void worker.resume();
      else void worker.pause(true).catch(quiet);
    },
    close: async () => {
      clearTimeout(hint);
      await worker.close(true).catch(quiet);
      await queue.close().catch(quiet);
      for (const connection of [subscriber, workerConnection, failFast, commands]) connection.disconnect();
    },
  };
}
