import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@gennaker/client/client';
import { orcaApi } from '@gennaker/contracts/orca';
import type { Client } from '@gennaker/contracts/route';
import { freePort } from '@gennaker/fixtures/servers';
import { ENGINE_NODE_FLAGS } from '@gennaker/service/node-flags';
import { Pool } from 'undici';
import { z } from 'zod';

const ORCA = fileURLToPath(new URL('../../../../orca/src/main.ts', import.meta.url));
const startedSchema = z.looseObject({ ref: z.string() });
const eventSchema = z.looseObject({ executionId: z.string(), type: z.string() });

/** A stage of a pipeline that is started. */
export type StageJson = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The product under test: one orca process, and the public API to drive it. */
export interface Product {
  readonly client: Client<typeof orcaApi>;
  readonly pid: number;
  /** Starts a pipeline and answers its id. */
  start(body: Readonly<Record<string, unknown>>): Promise<string>;
  /** Starts a pipeline and waits until the event stream says that it has ended. */
  run(body: Readonly<Record<string, unknown>>): Promise<string>;
  /** Resolves when the event stream has told that an execution ended. */
  ended(id: string): Promise<void>;
  /** Tells of every event of the stream, where it is followed whole, by its execution's id; one listener at a time. */
  onEvent(listener: (executionId: string) => void): void;
  /** kill -9. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Where an orca finds its stores, and options of its Node. */
export interface ProductOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly node?: readonly string[];
  /** The stream is followed whole, for `onEvent`; otherwise for the ends of executions alone. */
  readonly everyEvent?: boolean;
}

/** Starts an orca process and follows its event stream. Throws when it ends before it is ready. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-trial-orca-'));
  const config = join(folder, 'gennaker.yml');
  await writeFile(config, 'egress:\n  allow: []\n');
  const child = spawn(process.execPath, [...ENGINE_NODE_FLAGS, ...(options.node ?? []), ORCA], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      GENNAKER_DATA: folder,
      GENNAKER_CONFIG: config,
      GENNAKER_INSTANCE: `orca-${port}`,
      GENNAKER_PORTS: JSON.stringify({ orca: port }),
      DATABASE_URL: options.databaseUrl,
      REDIS_URL: options.redisUrl,
    },
  });
  await untilReady(child);
  const url = `http://127.0.0.1:${port}`;
  const client = createClient(orcaApi, { baseUrl: url });
  const pool = new Pool(url, { connections: 32, pipelining: 1 });
  const ends = new Ends();
  const following = new AbortController();
  const stream = `/events${options.everyEvent ? '' : '?types=ExecutionCompleted'}`;
  const followed = ends.follow(pool, stream, following.signal);
  await ends.open;
  const start = async (body: Readonly<Record<string, unknown>>): Promise<string> => {
    const answer = await pool.request({
      path: '/orchestrate',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`a start was answered ${answer.statusCode}: ${text}`);
    return startedSchema.parse(JSON.parse(text)).ref.split('/').at(-1) ?? '';
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    following.abort();
    await followed;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    if (!pool.destroyed) await pool.destroy();
    if (!options.node) await rm(folder, { recursive: true, force: true });
  };
  return {
    client,
    pid: child.pid ?? 0,
    start,
    run: async (body) => {
      const id = await start(body);
      await ends.of(id);
      return id;
    },
    ended: (id) => ends.of(id),
    onEvent: (listener) => (ends.listener = listener),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => data.toString().includes('ready\n') && resolve());
    child.once('exit', (code) => reject(new Error(`orca ended with ${code} before it was ready`)));
    child.once('error', reject);
  });
}

/** Ends of executions, as the event stream tells them. */
class Ends {
  readonly #ended = new Set<string>();
  readonly #waiting = new Map<string, () => void>();
  listener: ((executionId: string) => void) | undefined;
  readonly open: Promise<void>;
  #opened: () => void = () => {};

  constructor() {
    this.open = new Promise((resolve) => (this.#opened = resolve));
  }

  /** Resolves when an execution has ended. */
  of(id: string): Promise<void> {
    if (this.#ended.delete(id)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  async follow(pool: Pool, path: string, signal: AbortSignal): Promise<void> {
    try {
      const answer = await pool.request({ path, method: 'GET', signal, bodyTimeout: 0 });
      this.#opened();
      let rest = '';
      for await (const chunk of answer.body) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        // Only the lines that matter are parsed: this process shares its cores with what it measures.
        for (const line of lines)
          if (line.startsWith('data:') && (this.listener || line.includes('ExecutionCompleted'))) this.#take(line);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #take(line: string): void {
    const event = eventSchema.parse(JSON.parse(line.slice('data:'.length)));
    this.listener?.(event.executionId);
    if (event.type !== 'ExecutionCompleted') return;
    const waiting = this.#waiting.get(event.executionId);
    this.#waiting.delete(event.executionId);
    if (waiting) waiting();
    else this.#ended.add(event.executionId);
  }
}
