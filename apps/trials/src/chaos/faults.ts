import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { z } from 'zod';
import type { System } from '@gennaker/fixtures/system';

const REDIS_PORT = 6479;
const secretsSchema = z.looseObject({ redis: z.string() });

/** Empties the system's Redis, as an operator's mistake would. */
export async function flushRedis(system: System): Promise<void> {
  const secrets = secretsSchema.parse(JSON.parse(await readFile(join(system.dataDir, 'secrets.json'), 'utf8')));
  const redis = new Redis({
    host: '127.0.0.1',
    port: REDIS_PORT + system.offset,
    password: secrets.redis,
    maxRetriesPerRequest: 3,
  });
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}

/** Kills the supervisor and every process that carries the marker of its data folder, at once. */
export async function killTree(system: System): Promise<void> {
  process.kill(await system.pidOf('supervisor'), 'SIGKILL');
  for (const pid of await markedProcesses(system.dataDir)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended with its parent.
    }
  }
  while ((await markedProcesses(system.dataDir)).length > 0) await sleep(50);
}

/** Process ids whose environment says that they belong to this data folder. */
export async function markedProcesses(dataDir: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const marked = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(`GENNAKER_RUN=${dataDir}`);
    }),
  );
  return pids.filter((_, index) => marked[index]);
}
