import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@gennaker/fixtures/servers';
import { boundCommand } from '@gennaker/runner/bound-command';
import type { ServiceName } from '@gennaker/service/config';
import { randomIdentityKey } from '@gennaker/service/identity';
import { SERVICE_NODE_FLAGS } from '@gennaker/service/node-flags';
import { told } from './bench/told.ts';
import { type TrialServers, startTrialServers } from './servers.ts';

const MAIN = fileURLToPath(new URL('../../cli/src/services/main.ts', import.meta.url));

/** A process with one or more services. */
export interface ServiceProcess {
  readonly services: readonly ServiceName[];
  /** Id of the process that runs now. */
  pid(): number;
  /** kill -9; answers when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on its ports; answers when it is ready. */
  start(): Promise<void>;
}

/** Services on stores of their own, each group of them in a process. */
export interface ServiceProcesses {
  readonly servers: TrialServers;
  readonly databaseUrl: string;
  readonly processes: readonly ServiceProcess[];
  /** Address of a service. */
  url(service: ServiceName): string;
  stop(): Promise<void>;
}

/** What the processes are started with. */
export interface ServiceProcessOptions {
  /** Name of the database. */
  readonly database: string;
  readonly groups: readonly (readonly ServiceName[])[];
  /** Options of Node; absent: as services that share a process have them. */
  readonly node?: readonly string[];
  /** Folder for what they say; absent: nobody listens. */
  readonly logs?: string | undefined;
}

/** Starts the stores, then the processes, the first group first; they end with this process even when it is killed. */
export async function startServiceProcesses(options: ServiceProcessOptions): Promise<ServiceProcesses> {
  const servers = await startTrialServers();
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-services-'));
  const children = new Map<string, ChildProcess>();
  const stop = async (): Promise<void> => {
    for (const child of [...children.values()].toReversed()) await end(child, 'SIGTERM');
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const databaseUrl = await servers.database(options.database);
    const config = join(folder, 'gennaker.yml');
    await writeFile(config, JSON.stringify({ accounts: [], egress: { allow: [] } }));
    const ports: [ServiceName, number][] = [];
    for (const name of options.groups.flat()) ports.push([name, await freePort()]);
    const urls = new Map(ports.map(([name, port]) => [name, `http://127.0.0.1:${port}`]));
    const env = {
      PATH: process.env['PATH'],
      GENNAKER_DATA: folder,
      GENNAKER_CONFIG: config,
      GENNAKER_IDENTITY_KEY: randomIdentityKey(),
      GENNAKER_PORTS: JSON.stringify(Object.fromEntries(ports)),
      GENNAKER_DISCOVERY: JSON.stringify(Object.fromEntries([...urls].map(([name, url]) => [name, [url]]))),
      DATABASE_URL: databaseUrl,
      REDIS_URL: servers.redis.url,
    };
    const processes = options.groups.map((services): ServiceProcess => {
      const name = services.join('-');
      const running = (): ChildProcess => {
        const child = children.get(name);
        if (!child) throw new Error(`${name} was never started`);
        return child;
      };
      return {
        services,
        pid: () => running().pid ?? 0,
        kill: () => end(running(), 'SIGKILL'),
        async start() {
          const flags = options.node ?? SERVICE_NODE_FLAGS;
          const [file, ...args] = boundCommand([process.execPath, ...flags, MAIN, ...services]);
          const child = spawn(file, args, {
            env: { ...env, GENNAKER_INSTANCE: name },
            stdio: ['ignore', 'pipe', 'inherit'],
          });
          children.set(name, child);
          if (options.logs) child.stdout.pipe(createWriteStream(join(options.logs, `${name}.log`), { flags: 'a' }));
          await told(child, /ready\n/);
          child.stdout.resume();
        },
      };
    });
    for (const one of processes) await one.start();
    return { servers, databaseUrl, processes, url: (service) => urls.get(service) ?? '', stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
