import { type ChildProcess, fork } from 'node:child_process';
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

/** One of the orca processes under trial; it may be dead at times. */
export interface Victim {
  readonly url: string;
  start(): Promise<void>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  disturb(how: Disturbance): void;
  remove(): Promise<void>;
}

/** Where the processes under trial find things. */
export interface VictimOptions {
  readonly name: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly receiverPort: number;
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
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      const started = fork(MAIN, [], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
        env: {
          PATH: process.env['PATH'],
          GENNAKER_DATA: folder,
          GENNAKER_CONFIG: config,
          GENNAKER_INSTANCE: options.name,
          GENNAKER_PORTS: JSON.stringify({ orca: port }),
          DATABASE_URL: options.databaseUrl,
          REDIS_URL: options.redisUrl,
          TRIAL_PLANT: options.plant ?? '',
        },
      });
      child = started;
      if (options.logs)
        started.stdout?.pipe(createWriteStream(join(options.logs, `${options.name}.log`), { flags: 'a' }));
      await new Promise<void>((resolve, reject) => {
        started.stdout?.on('data', (data: Buffer) => data.toString().includes('ready\n') && resolve());
        started.once('exit', (code) =>
          reject(new Error(`orca ${options.name} ended with ${code} before it was ready`)),
        );
      });
    },
    kill,
    signal: (signal) => void child?.kill(signal),
    disturb: (how) => void (child?.connected && child.send(how, () => undefined)),
    remove: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
