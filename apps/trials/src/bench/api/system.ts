import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@gennaker/fixtures/servers';
import { SERVICE_NODE_FLAGS } from '@gennaker/service/node-flags';
import { type TrialServers, startTrialServers } from '../../servers.ts';
import { told } from '../told.ts';

const MAIN = fileURLToPath(new URL('../../../../cli/src/services/main.ts', import.meta.url));
/** Gate, and what its lists come from. */
const SERVICES = ['front50', 'clouddriver', 'echo', 'orca', 'gate'] as const;

/** What the bench measures: stores of its own, and the services in one process, as a system has them unless told. */
export interface ApiSystem {
  readonly gate: string;
  readonly databaseUrl: string;
  readonly servers: TrialServers;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the stores and the services. */
export async function startApiSystem(): Promise<ApiSystem> {
  const servers = await startTrialServers();
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-api-'));
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const databaseUrl = await servers.database('api');
    const config = join(folder, 'gennaker.yml');
    await writeFile(config, JSON.stringify({ accounts: [], egress: { allow: [] } }));
    const ports: [string, number][] = [];
    for (const name of SERVICES) ports.push([name, await freePort()]);
    const urls = ports.map(([name, port]): [string, string[]] => [name, [`http://127.0.0.1:${port}`]]);
    child = spawn(process.execPath, [...SERVICE_NODE_FLAGS, MAIN, ...SERVICES], {
      env: {
        PATH: process.env['PATH'],
        GENNAKER_DATA: folder,
        GENNAKER_CONFIG: config,
        GENNAKER_PORTS: JSON.stringify(Object.fromEntries(ports)),
        GENNAKER_DISCOVERY: JSON.stringify(Object.fromEntries(urls)),
        DATABASE_URL: databaseUrl,
        REDIS_URL: servers.redis.url,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await told(child, /ready\n/);
    const [gate = ''] = Object.fromEntries(urls)['gate'] ?? [];
    return { gate, databaseUrl, servers, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
