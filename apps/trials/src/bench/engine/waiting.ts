import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { cpuSeconds } from '../../cpu.ts';
import { databaseBytes, multiply } from './multiply.ts';
import { pipelineOf } from './pipelines.ts';
import type { Product } from './product.ts';
import type { Row } from './row.ts';
import type { BenchWorld } from './world.ts';

const WATCHED_MS = 20_000;
/** Longest wait for PostgreSQL's own clean-up. */
const VACUUM_MS = 120_000;

/** Megabytes that a process has in memory of its own. */
function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

interface Idle {
  /** CPU of orca, PostgreSQL and Redis, shares of a core in per cent. */
  readonly percent: number;
  readonly keys: number;
  readonly megabytes: number;
  readonly held: number;
}

/** Waits until PostgreSQL has cleaned up after what was stored last. */
async function vacuumed(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadline = performance.now() + VACUUM_MS;
    for (let quiet = 0; quiet < 5 && performance.now() < deadline;) {
      await sleep(1_000);
      const { rowCount } = await client.query(`select from pg_stat_activity where backend_type = 'autovacuum worker'`);
      quiet = rowCount === 0 ? quiet + 1 : 0;
    }
  } finally {
    await client.end();
  }
}

/** Keys in Redis that stay: those of the queue's own look-rounds, which expire by themselves, come and go. */
async function lastingKeys(url: string): Promise<number> {
  const redis = new Redis(url);
  try {
    let keys = 0;
    for await (const page of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>)
      for (const key of page) if ((await redis.pttl(key)) === -1) keys++;
    return keys;
  } finally {
    redis.disconnect();
  }
}

async function idle(world: BenchWorld, product: Product, databaseUrl: string): Promise<Idle> {
  const pids = [product.pid, world.servers.postgres.pid(), world.servers.redis.pid()];
  await vacuumed(databaseUrl);
  // The lower of two looks: what waits costs the same in both, what else goes on does not.
  const looks: number[] = [];
  for (let look = 0; look < 2; look++) {
    const before = cpuSeconds(pids);
    await sleep(WATCHED_MS);
    looks.push(((cpuSeconds(pids) - before) / (WATCHED_MS / 1_000)) * 100);
  }
  const keys = await lastingKeys(world.servers.redis.url);
  const { held } = await product.client.stats();
  return { percent: Math.min(...looks), keys, megabytes: residentMegabytes(product.pid), held };
}

async function untilReleased(product: Product, id: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { stages } = await product.client.getExecution({ params: { id } });
    if (stages.some(({ status }) => status === 'RUNNING') && (await product.client.stats()).held === 0) return;
    await sleep(50);
  }
  throw new Error('An execution that waits on a judgment stays with its process');
}

const difference = { of: 'with none waiting', better: 'less', bounds: 'value' } as const;

/** What executions cost that wait for people. */
export const waiting: Row = {
  name: 'waiting',
  rounds: 1,
  figures: [
    {
      ...difference,
      metric: 'CPU of 100,000 executions (--quick: 20,000) that wait on judgments, per cent of a core above idle',
      unit: '%',
      reach: 1,
      aim: 0,
    },
    {
      ...difference,
      metric: 'keys in Redis for 100,000 that wait',
      unit: '',
      reach: 0,
      aim: 0,
    },
    { ...difference, metric: 'executions in the process of 100,000 that wait', unit: '', reach: 0, aim: 0 },
    { ...difference, metric: 'memory of the process for 100,000 that wait', unit: 'MB', reach: 10, aim: 0 },
    { ...difference, metric: 'PostgreSQL per execution that waits', unit: 'KB', reach: 20, aim: 20 },
  ],
  round: async (world) => {
    const executions = world.quick ? 20_000 : 100_000;
    const databaseUrl = await world.database('waiting');
    const first = await world.product({ databaseUrl });
    const id = await first.start(pipelineOf([{ type: 'manualJudgment', name: 'Judgment', refId: '1' }]));
    await untilReleased(first, id);
    // One waits already, so that what the queue itself keeps in Redis is there on both sides.
    const none = await idle(world, first, databaseUrl);
    await first.stop();
    const before = await databaseBytes(databaseUrl);
    await multiply(databaseUrl, [{ id, times: executions }]);
    const bytes = (await databaseBytes(databaseUrl)) - before;
    const second = await world.product({ databaseUrl });
    const many = await idle(world, second, databaseUrl);
    await second.stop();
    return [
      { value: Math.max(0, many.percent - none.percent), beside: none.percent },
      { value: Math.max(0, many.keys - none.keys), beside: none.keys },
      { value: many.held, beside: none.held },
      { value: Math.max(0, many.megabytes - none.megabytes), beside: none.megabytes },
      { value: bytes / executions / 1_024, beside: 0 },
    ];
  },
};
