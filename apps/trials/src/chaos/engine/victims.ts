import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@gennaker/fixtures/servers';
import type { Disturbance } from '../../victim/seams.ts';
import type { EnginePlant } from './plants.ts';

const MAIN = fileURLToPath(new URL('../../victim/main.ts', import.meta.url));

/** The processes of one trial believe each other who calls. */
const IDENTITY_KEY = randomBytes(32).toString('hex');
const STARTS_AT_MOST = 10;

/** One of the orca processes under trial; it may be dead at times. */
export interface Victim {
  readonly url: string;
  start(): Promise<void>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Changes one disturbance and leaves the other as it is. */
  disturb(how: Disturbance): void;
  remove(): Promise<void>;
}

/** Where the processes under trial find things. */
export interface VictimOptions {
  readonly name: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly receiverPort: number;
  readonly front50: string;
  /** Addresses of all orcas of the trial; its own is added. */
  readonly orcas: string[];
  readonly plant: EnginePlant | undefined;
  /** Folder for what it says; absent: nobody listens. */
  readonly logs?: string | undefined;
}

/** Prepares an orca process; `start` starts it, and starts it again on the same port after it was killed. */
export async function victim(options: VictimOptions): Promise<Victim> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-chaos-'));
  const config = join(folder, 'gennaker.yml');
  await writeFile(config, `egress:\n  allow: ['127.0.0.1/32:${options.receiverPort}']\n`);
  const url = `http://127.0.0.1:${port}`;
  options.orcas.push(url);
  let child: ChildProcess | undefined;
  let disturbed: Disturbance = {};
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const startOnce = async (): Promise<boolean> => {
    const started = fork(MAIN, [], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        GENNAKER_DATA: folder,
        GENNAKER_CONFIG: config,
        GENNAKER_INSTANCE: options.name,
        GENNAKER_IDENTITY_KEY: IDENTITY_KEY,
        GENNAKER_PORTS: JSON.stringify({ orca: port }),
        GENNAKER_DISCOVERY: JSON.stringify({ front50: [options.front50], orca: options.orcas }),
        DATABASE_URL: options.databaseUrl,
        REDIS_URL: options.redisUrl,
        TRIAL_PLANT: options.plant ?? '',
      },
    });
    child = started;
    if (options.logs)
      started.stdout?.pipe(createWriteStream(join(options.logs, `${options.name}.log`), { flags: 'a' }));
    return new Promise((resolve) => {
      started.stdout?.on('data', (data: Buffer) => data.toString().includes('ready\n') && resolve(true));
      started.once('exit', () => resolve(false));
    });
  };
  return {
    url,
    async start() {
      // While its surroundings are away it may give up: whoever watches over it starts it again.
      for (let attempt = 1; !(await startOnce()); attempt++)
        if (attempt === STARTS_AT_MOST) throw new Error(`orca ${options.name} does not become ready`);
      child?.send(disturbed, () => undefined);
    },
    kill,
    signal: (signal) => void child?.kill(signal),
    disturb: (how) => {
      disturbed = { ...disturbed, ...how };
      if (child?.connected) child.send(disturbed, () => undefined);
    },
    remove: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
