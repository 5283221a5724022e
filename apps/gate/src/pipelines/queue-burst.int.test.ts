import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import { type Database, openDatabase } from '@gennaker/store/database';
import { afterEach, beforeEach, expect, it } from 'vitest';

const STARTS = 1_000;
const PROCESSES = ['front50', 'echo', 'orca', 'orca', 'gate', 'gate'] as const;
const pipeline = { application: 'burst', name: 'One at a time', limitConcurrent: true, keepWaitingPipelines: true };

let stores: { database: TestDatabase; redis: TestRedis };
let db: Database;
let folder: string;
let children: ChildProcess[];
let gates: Client<typeof gateApi>[];

beforeEach(async () => {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  stores = { database, redis };
  db = openDatabase(database.url);
  folder = await mkdtemp(join(tmpdir(), 'gennaker-burst-'));
  const listeners = await Promise.all(PROCESSES.map(async (name) => ({ name, port: await freePort() })));
  const addresses = (name: string): string[] =>
    listeners.filter((one) => one.name === name).map(({ port }) => `http://127.0.0.1:${port}`);
  const env = {
    PATH: process.env['PATH'],
    GENNAKER_DATA: folder,
    GENNAKER_IDENTITY_KEY: randomBytes(32).toString('hex'),
    GENNAKER_DISCOVERY: JSON.stringify(Object.fromEntries(PROCESSES.map((name) => [name, addresses(name)]))),
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
  };
  children = listeners.map(({ name, port }) =>
    spawn(process.execPath, [fileURLToPath(new URL(`../../../${name}/src/main.ts`, import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...env, GENNAKER_INSTANCE: `${name}-${port}`, GENNAKER_PORTS: JSON.stringify({ [name]: port }) },
    }),
  );
  await Promise.all(children.map(untilReady));
  gates = addresses('gate').map((baseUrl) => createClient(gateApi, { baseUrl }));
});
afterEach(async () => {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }),
  );
  await db.close();
  await Promise.all([stores.database.drop(), stores.redis.drop()]);
  await rm(folder, { recursive: true, force: true });
});

async function untilReady(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => data.toString().includes('ready\n') && resolve());
    child.once('exit', (code) => reject(new Error(`${child.spawnargs[1]} ended with ${code} before it was ready`)));
  });
}

async function start(gate: Client<typeof gateApi>): Promise<string> {
  const { application, name } = pipeline;
  const { ref } = await gate.startPipeline({ params: { application, name }, body: { type: 'manual' } });
  return ref.split('/').at(-1) ?? '';
}

/** Who waits in the pipeline's queue, in its order. */
async function waitingLine(): Promise<string[]> {
  const { rows } = await db.pool.query<{ execution_id: string }>(
    'select execution_id from orca.queue_places order by place',
  );
  return rows.map(({ execution_id: id }) => id);
}

/** Every stage that ran, in the order of its start. */
async function runs(): Promise<{ execution_id: string; status: string; start_time: string; end_time: string }[]> {
  const { rows } = await db.pool.query<{ execution_id: string; status: string; start_time: string; end_time: string }>(
    `select s.execution_id, e.status, e.start_time, e.end_time from orca.stages s
     join orca.executions e on e.id = s.execution_id order by e.start_time`,
  );
  return rows;
}

it('a thousand simultaneous starts of a pipeline through two gates run one after another in the order of their acceptance, and none is lost', async () => {
  const [gate, other] = gates;
  if (!gate || !other) throw new Error('two gates are needed');
  const stages = [{ type: 'wait', name: 'Wait', refId: '1', requisiteStageRefIds: [], waitTime: '${parameters.wait}' }];
  const parameterConfig = [{ name: 'wait', default: '0' }];
  await gate.savePipeline({ body: JSON.stringify({ ...pipeline, stages, parameterConfig }) });
  const { application, name } = pipeline;
  const { ref } = await gate.startPipeline({
    params: { application, name },
    body: { type: 'manual', parameters: { wait: '600' } },
  });
  const blocker = ref.split('/').at(-1) ?? '';
  const ids = await Promise.all(Array.from({ length: STARTS }, (_, n) => start(n % 2 ? gate : other)));

  // A start is answered once it is stored; orca is asked by whoever stores it, as soon as it can be.
  let line: string[] = [];
  while (line.length < STARTS) {
    await sleep(100);
    line = await waitingLine();
  }
  expect(line.toSorted()).toEqual(ids.toSorted());
  await gate.cancel({ params: { id: blocker }, query: {} });
  const last = line.at(-1) ?? '';
  while ((await other.getExecution({ params: { id: last } })).status !== 'SUCCEEDED') await sleep(100);

  const [first, ...rest] = await runs();
  expect(first).toMatchObject({ execution_id: blocker, status: 'CANCELED' });
  // Each ran once, in the order of the line, and none began before the one ahead of it had ended.
  expect(rest.map(({ execution_id: id }) => id)).toEqual(line);
  expect(new Set(rest.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
  for (const [n, { start_time: from }] of rest.entries())
    expect(Number(from)).toBeGreaterThanOrEqual(Number((rest[n - 1] ?? first)?.end_time));
}, 180_000);
