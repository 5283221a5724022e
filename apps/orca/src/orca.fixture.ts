import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@gennaker/client/client';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { orcaApi } from '@gennaker/contracts/orca';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { Client } from '@gennaker/contracts/route';
import { isComplete } from '@gennaker/contracts/status';
import { type AnyStageDefinition, defineStage } from '@gennaker/extension-sdk/stage';
import { systemClock } from '@gennaker/service/clock';
import { configFromEnv } from '@gennaker/service/config';
import { createGuardedHttp } from '@gennaker/service/egress';
import { randomIdentityKey } from '@gennaker/service/identity';
import { createServiceClient } from '@gennaker/service/http-client';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { front50Api } from '@gennaker/contracts/front50';
import { igorApi } from '@gennaker/contracts/igor';
import { roscoApi } from '@gennaker/contracts/rosco';
import { stages } from '@gennaker/stages/server';
import { type Database, openDatabase } from '@gennaker/store/database';
import { testDatabase, testRedis, type TestDatabase, type TestRedis } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import { z } from 'zod';
import { whenEnded } from './children/when-ended.ts';
import { orcaHandlers } from './http.ts';
import { ENGINE_SETTINGS, Orchestrator } from './orchestrator.ts';
import { Queues } from './queue/queues.ts';
import { definitionMap, type World } from './world.ts';
import { strategyLab } from './strategy-lab/strategy-lab.ts';

/** PostgreSQL and Redis of one test. */
export interface Stores {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  drop(): Promise<void>;
}

export async function openStores(): Promise<Stores> {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  return { database, redis, drop: async () => void (await Promise.all([database.drop(), redis.drop()])) };
}

/** An orca inside of the test's process. */
export interface TestOrca {
  readonly client: Client<typeof orcaApi>;
  readonly url: string;
  readonly orchestrator: Orchestrator;
  readonly db: Database;
  stop(): Promise<void>;
}

export async function startOrca(
  stores: Stores,
  options: {
    sweep?: boolean;
    leaseMs?: number;
    definitions?: readonly AnyStageDefinition[];
    instance?: string;
    /** What front50 has. */
    pipelines?: readonly Pipeline[];
  } = {},
): Promise<TestOrca> {
  const db = openDatabase(stores.database.url, { name: 'orca-test', settings: ENGINE_SETTINGS });
  const called = (name: string) => ({
    name,
    baseUrl: 'http://127.0.0.1:9',
    caller: 'orca',
    identityKey: randomIdentityKey(),
  });
  const world: World = {
    clock: systemClock,
    definitions: definitionMap([...Object.values(stages), ...(options.definitions ?? [])]),
    strategies: [],
    artifactsAbove: 1_000,
    ports: {
      clouddriver: createServiceClient(clouddriverApi, called('clouddriver')),
      rosco: createServiceClient(roscoApi, called('rosco')),
      front50: front50With(options.pipelines ?? []),
      igor: createServiceClient(igorApi, called('igor')),
      // Its own address is known once it is served.
      orca: createClient(orcaApi, {
        baseUrl: 'http://orca',
        fetch: (url, init) => fetch(String(url).replace('http://orca', served.url), init),
      }),
      http: createGuardedHttp([]),
      deploymentMonitors: [],
    },
  };
  const orchestrator = new Orchestrator({
    db,
    databaseUrl: stores.database.url,
    redisUrl: stores.redis.url,
    instance: options.instance ?? 'test',
    world,
    log: logger('orca-test'),
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.sweep === undefined ? {} : { sweep: options.sweep }),
    completed: (state) => ended(state),
  });
  const queues = new Queues({
    db,
    mailArrived: (id, seq, owner) => orchestrator.mailArrived(id, seq, owner),
    log: logger('orca-test'),
  });
  queues.open();
  const config = configFromEnv({
    GENNAKER_DATA: tmpdir(),
    DATABASE_URL: stores.database.url,
    REDIS_URL: stores.redis.url,
  });
  const parts = { db, orchestrator, queues, world, retention: config.file.retention };
  const lab = strategyLab(world.clock);
  const ended = whenEnded(parts, logger('orca-test'));
  const served = await serve({
    name: 'orca',
    api: orcaApi,
    handlers: orcaHandlers(parts, lab),
    config,
    port: 0,
  });
  return {
    client: createClient(orcaApi, { baseUrl: served.url }),
    url: served.url,
    orchestrator,
    db,
    stop: async () => {
      await served.close();
      queues.close();
      lab.close();
      await orchestrator.stop();
      await db.close();
    },
  };
}

/** A front50 that has some pipelines, by id. */
function front50With(pipelines: readonly Pipeline[]): Client<typeof front50Api> {
  return createClient(front50Api, {
    baseUrl: 'http://front50',
    fetch: async (url) => {
      const path = new URL(String(url)).pathname;
      const found = pipelines.find((one) => path === `/pipelines/${one.id}` || path === `/pipelines/${one.id}/stored`);
      if (!found) return Response.json({ message: `There is no ${path}` }, { status: 404 });
      if (path === `/pipelines/${found.id}`) return Response.json(found);
      return Response.json({
        pipeline: found,
        text: JSON.stringify(found),
        warnings: [],
        version: 1,
        lastModifiedBy: 'ann',
        updateTs: '1',
      });
    },
  });
}

/** A stage type that keeps a log: `polls` runs of `ms` each. */
export function probe(log: { key: string; run: number }[]): AnyStageDefinition {
  return defineStage({
    type: 'probe',
    label: 'Probe',
    description: 'Keeps a log of its runs',
    schema: z.looseObject({
      ms: z.number().default(0),
      polls: z.number().default(0),
      wakeAfterMs: z.number().optional(),
    }),
    examples: [{}],
    tasks: () => [
      {
        name: 'probe',
        run: async ({ context, key, runs, signal }) => {
          log.push({ key, run: runs });
          if (context.ms > 0)
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, context.ms);
              signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
            });
          return runs < context.polls
            ? { status: 'RUNNING', ...(context.wakeAfterMs === undefined ? {} : { wakeAfterMs: context.wakeAfterMs }) }
            : { status: 'SUCCEEDED', outputs: { probed: runs } };
        },
        onCancel: async ({ key }) => void log.push({ key, run: -1 }),
      },
    ],
  });
}

/** An orca as a process of its own. */
export interface OrcaProcess {
  readonly client: Client<typeof orcaApi>;
  readonly child: ChildProcess;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

export async function spawnOrca(stores: Stores, receiverPort: number): Promise<OrcaProcess> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-orca-'));
  const file = join(folder, 'gennaker.yml');
  await writeFile(file, `egress:\n  allow: ['127.0.0.1/32:${receiverPort}']\n`);
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      GENNAKER_DATA: folder,
      GENNAKER_CONFIG: file,
      GENNAKER_INSTANCE: `orca-${port}`,
      GENNAKER_PORTS: JSON.stringify({ orca: port }),
      DATABASE_URL: stores.database.url,
      REDIS_URL: stores.redis.url,
    },
  });
  const exited = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => data.toString().includes('ready\n') && resolve());
    void exited.then(() => reject(new Error('orca ended before it was ready')));
  });
  return {
    client: createClient(orcaApi, { baseUrl: `http://127.0.0.1:${port}` }),
    child,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server that logs each call with its key and answers after `delayMs`. */
export async function receiver(
  delayMs: number,
): Promise<{ server: Server; port: number; calls: { key: string; at: number }[] }> {
  const calls: { key: string; at: number }[] = [];
  const server = createServer((request, response) => {
    calls.push({ key: String(request.headers['idempotency-key']), at: Date.now() });
    request.resume();
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'), delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port, calls };
}

/** Starts a pipeline and answers its id. */
export async function start(
  client: Client<typeof orcaApi>,
  pipelineStages: readonly ({ readonly type: string } & Record<string, unknown>)[],
  more: Record<string, unknown> = {},
): Promise<string> {
  const { ref } = await client.orchestrate({
    body: { application: 'app', name: 'pipe', stages: [...pipelineStages], ...more },
  });
  return ref.split('/').at(-1) ?? '';
}

/** Reads an execution until a condition holds. */
export async function until(
  client: Client<typeof orcaApi>,
  id: string,
  holds: (execution: ExecutionView) => boolean,
  ms = 60_000,
): Promise<ExecutionView> {
  const end = Date.now() + ms;
  for (;;) {
    const execution = await client.getExecution({ params: { id } });
    if (holds(execution)) return execution;
    if (Date.now() > end)
      throw new Error(
        `execution ${id} is ${execution.status}: ${execution.stages.map((one) => `${one.refId} ${one.type} ${one.status} ${one.reason?.summary ?? ''}`).join('; ')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const over = (execution: ExecutionView): boolean => isComplete(execution.status);
