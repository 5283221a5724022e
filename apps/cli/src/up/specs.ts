import type { Secrets } from './secrets.ts';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICE_NAMES, type ServiceName } from '@gennaker/service/config';
import { CLOUDLAB_NODE_FLAGS } from '@gennaker/cloudlab/node-flags';
import { ENGINE_NODE_FLAGS, SERVICE_NODE_FLAGS } from '@gennaker/service/node-flags';
import {
  createDatabase,
  postgresCommand,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
} from '@gennaker/store/embedded-postgres';
import { prepareRedis, redisUrl, waitForRedis } from '@gennaker/store/embedded-redis';
import { baseEnvironment, type Databases, serviceEnvironment, sourcesDigest, splitPorts } from './environment.ts';
import type { Layout } from './layout.ts';
import type { ProcessSpec } from './managed-process.ts';
import { commandOf, identify } from './process-table.ts';
import { reasonOf, Sentence } from './sentence.ts';

const databaseName = 'gennaker';

/** Folder of the records of what runs. */
export function runFolder(layout: Layout): string {
  return join(layout.data, 'run');
}

function common(layout: Layout, name: string): Pick<ProcessSpec, 'name' | 'cwd' | 'logFile' | 'recordFile' | 'data'> {
  return {
    name,
    cwd: layout.root,
    logFile: join(layout.data, 'logs', `${name}.log`),
    recordFile: join(runFolder(layout), `${name}.json`),
    data: layout.data,
  };
}

/** Embedded PostgreSQL: initialises the cluster when new. */
export async function initialisePostgres(layout: Layout, password: string): Promise<void> {
  const folder = join(layout.data, 'postgres');
  try {
    await preparePostgres(folder, password);
    await dropStaleLock(folder);
  } catch (error) {
    throw new Sentence(reasonOf(error), { cause: error });
  }
}

/** Embedded PostgreSQL's process. */
export async function postgresSpec(layout: Layout, password: string): Promise<ProcessSpec> {
  const folder = join(layout.data, 'postgres');
  const port = layout.ports.postgres;
  const admin = postgresUrl(port, password);
  return {
    ...common(layout, 'postgres'),
    ...(await postgresCommand({ folder, port })),
    env: baseEnvironment(layout),
    version: '',
    stopSignal: 'SIGINT',
    stopMs: 20_000,
    ready: async (alive) => {
      await waitForPostgres(admin, 60_000, alive);
      await createDatabase(admin, databaseName);
    },
  };
}

/** Where the embedded databases answer, unless the user named others. */
export function databasesOf(layout: Layout, secrets: Secrets): Databases {
  return {
    databaseUrl: layout.external.database ?? postgresUrl(layout.ports.postgres, secrets.postgres, databaseName),
    redisUrl: layout.external.redis ?? redisUrl(layout.ports.redis, secrets.redis),
    identityKey: secrets.identity,
  };
}

/** Embedded Redis. */
export async function redisSpec(layout: Layout, password: string): Promise<ProcessSpec> {
  const port = layout.ports.redis;
  return {
    ...common(layout, 'redis'),
    ...(await prepareRedis({ folder: join(layout.data, 'redis'), port, password })),
    env: baseEnvironment(layout),
    version: '',
    stopSignal: 'SIGTERM',
    stopMs: 10_000,
    ready: (alive) => waitForRedis(redisUrl(port, password), 30_000, alive),
  };
}

/** The local cloud. */
export async function cloudlabSpec(layout: Layout): Promise<ProcessSpec> {
  await mkdir(join(layout.data, 'cloudlab'), { recursive: true });
  return {
    ...common(layout, 'cloudlab'),
    file: process.execPath,
    args: [...CLOUDLAB_NODE_FLAGS, join(layout.root, 'apps/cloudlab/src/main.ts')],
    env: baseEnvironment(layout),
    version: sourcesDigest([join(layout.root, 'apps/cloudlab'), join(layout.root, 'libs/cloudlab')]),
    stopSignal: 'SIGTERM',
    stopMs: 30_000,
    ready: (alive) => waitForHttp('cloudlab', layout.ports.cloudlab, alive),
  };
}

/** The services: one process for all that are not split, and one for each of those that are. */
export function serviceSpecs(layout: Layout, databases: Databases): ProcessSpec[] {
  const together = SERVICE_NAMES.filter((name) => !layout.split.has(name));
  const version = sourcesDigest([join(layout.root, 'apps'), join(layout.root, 'libs')]);
  const alone = [...layout.split.keys()].flatMap((name) =>
    splitPorts(layout, name).map((port, index) => {
      const instance = `${name}-${index + 1}`;
      const env = {
        ...serviceEnvironment(layout, databases, instance),
        GENNAKER_PORTS: JSON.stringify({ [name]: port }),
      };
      const flags = name === 'orca' ? ENGINE_NODE_FLAGS : SERVICE_NODE_FLAGS;
      return spec(instance, env, [...flags, join(layout.root, `apps/${name}/src/main.ts`)], [[name, port]]);
    }),
  );
  if (together.length === 0) return alone;
  const main = [...SERVICE_NODE_FLAGS, join(layout.root, 'apps/cli/src/services/main.ts'), ...together];
  const ports = together.map((name): [ServiceName, number] => [name, layout.ports[name]]);
  return [spec('services', serviceEnvironment(layout, databases, 'services'), main, ports), ...alone];

  function spec(name: string, env: NodeJS.ProcessEnv, args: string[], waitFor: [ServiceName, number][]): ProcessSpec {
    return {
      ...common(layout, name),
      file: process.execPath,
      args,
      env,
      version,
      stopSignal: 'SIGTERM',
      stopMs: 20_000,
      ready: async (alive) => {
        for (const [service, port] of waitFor) await waitForHttp(service, port, alive);
      },
    };
  }
}

/** Waits up to a minute until somebody answers HTTP there with anything but a server error. */
async function waitForHttp(name: string, port: number, alive: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  let last = 'no answer';
  while (performance.now() < deadline) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(5_000) });
      await response.arrayBuffer();
      if (response.status < 500) return;
      last = `HTTP ${response.status}`;
    } catch (error) {
      last = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    }
    if (!alive()) throw new Sentence(`${name} ended while it started.`);
    await sleep(50);
  }
  throw new Sentence(`${name} did not answer on port ${port} within a minute (${last}).`);
}

/**
 * PostgreSQL refuses to start while the process that its lock file names exists, whoever that is by now;
 * a lock of anything but a PostgreSQL is left over from a kill.
 */
async function dropStaleLock(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  if (identify(pid) && commandOf(pid).includes(folder)) return;
  await rm(file, { force: true });
}
