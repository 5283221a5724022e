import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ServerCommand } from './embedded-postgres.ts';

/** Where Redis keeps its files and listens; `databases` above 16 and `durable: false` are for tests. */
export interface RedisOptions {
  folder: string;
  port: number;
  password: string;
  databases?: number;
  durable?: boolean;
}

/** `redis://` URL of an embedded Redis. */
export function redisUrl(port: number, password: string, database = 0): string {
  return `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/**
 * Writes the settings file (mode 0600, so that the password is not on a command line) and answers the command:
 * 127.0.0.1 only, append-only file, `hz 100` because BullMQ's blocking waits are rounded to it. SIGTERM saves and stops.
 */
export async function prepareRedis(options: RedisOptions): Promise<ServerCommand> {
  await mkdir(options.folder, { recursive: true });
  const settings = join(options.folder, 'redis.conf');
  const durable = options.durable !== false;
  const lines = [
    `port ${options.port}`,
    'bind 127.0.0.1',
    `requirepass ${options.password}`,
    `dir ${JSON.stringify(options.folder)}`,
    `appendonly ${durable ? 'yes' : 'no'}`,
    'save ""',
    'hz 100',
    'maxmemory-policy noeviction',
    `databases ${options.databases ?? 16}`,
    'daemonize no',
    // A changed title overwrites the environment that /proc shows, and with it the marker that finds leftovers.
    'set-proc-title no',
  ];
  await writeFile(settings, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { file: 'redis-server', args: [settings] };
}

/** Waits until Redis answers PING. Throws after `timeoutMs`, or when `alive` says that it has ended. */
export async function waitForRedis(url: string, timeoutMs: number, alive: () => boolean = () => true): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => {});
    try {
      await redis.connect();
      await redis.ping();
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!alive()) throw new Error(`Redis ended while it started (${reason}).`, { cause: error });
      if (performance.now() > deadline) {
        throw new Error(`Redis did not answer within ${timeoutMs / 1000} s (${reason}).`, { cause: error });
      }
    } finally {
      redis.disconnect();
    }
    await sleep(50);
  }
}
