import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BUILD_SERVER_PORT } from '@gennaker/service/config';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** The first start may have to fetch tools and make base images. */
const START_TIMEOUT_MS = 15 * 60_000;

const recordSchema = z.object({
  pid: z.number(),
  offset: z.number(),
  ready: z.boolean(),
  addresses: z.looseObject({ gate: z.string(), deck: z.string(), cloudlab: z.string() }),
});

/** A running system as the demo sees it. */
export interface DemoSystem {
  readonly data: string;
  readonly gate: string;
  readonly deck: string;
  readonly cloudlab: string;
  /** Port that the configured build server must listen on. */
  readonly buildPort: number;
  /** Ends the system if the demo started it. */
  stop(): Promise<void>;
}

/** Finds the system of a data folder, or starts one there. @throws Error when it does not become ready */
export async function findOrStart(options: {
  readonly data: string | undefined;
  readonly offset: string | undefined;
  say(line: string): void;
}): Promise<DemoSystem> {
  const data = options.data ?? process.env['GENNAKER_DATA'] ?? join(ROOT, '.gennaker/data');
  const running = await readRecord(data);
  if (running?.ready) return describe(data, running, async () => undefined);
  options.say(`No system runs on ${data}: starting one (its log: ${join(data, 'logs/demo-start.log')})`);
  const args = ['up', '--data', data, ...(options.offset ? ['--offset', options.offset] : [])];
  mkdirSync(join(data, 'logs'), { recursive: true });
  const log = openSync(join(data, 'logs/demo-start.log'), 'a');
  const child = spawn(process.execPath, [join(ROOT, 'apps/cli/launch.mjs'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const until = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < until) {
    const record = await readRecord(data);
    if (record?.ready && record.pid === child.pid) return describe(data, record, stop);
    if (child.exitCode !== null) throw new Error(`The system did not start: read ${join(data, 'logs/demo-start.log')}`);
    await delay(200);
  }
  await stop();
  throw new Error(`The system was not ready after ${START_TIMEOUT_MS / 60_000} minutes`);
}

function describe(data: string, record: z.infer<typeof recordSchema>, stop: () => Promise<void>): DemoSystem {
  const { gate, deck, cloudlab } = record.addresses;
  return { data, gate, deck, cloudlab, buildPort: BUILD_SERVER_PORT + record.offset, stop };
}

async function readRecord(data: string): Promise<z.infer<typeof recordSchema> | undefined> {
  const text = await readFile(join(data, 'run/supervisor.json'), 'utf8').catch(() => undefined);
  const record = text === undefined ? undefined : recordSchema.parse(JSON.parse(text));
  if (!record) return undefined;
  try {
    process.kill(record.pid, 0);
    return record;
  } catch {
    return undefined;
  }
}
