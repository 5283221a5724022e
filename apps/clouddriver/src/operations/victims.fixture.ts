import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from '@gennaker/client/client';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { Client } from '@gennaker/contracts/route';
import { freePort } from '@gennaker/fixtures/servers';

/** A process of clouddriver that is made to be killed. */
export interface Victim {
  readonly api: Client<typeof clouddriverApi>;
  /** Whether it was killed, or ended. */
  readonly dead: boolean;
  /** kill -9, once; waits until it is gone. */
  kill(): Promise<void>;
}

interface Standby {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Processes of clouddriver, of which one is loaded beforehand while another works. */
export class ProcessPool {
  kills = 0;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #children = new Set<ChildProcess>();
  #next: Promise<Standby> | undefined;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
    this.#next = this.#load();
  }

  /** Starts one; answers when it serves. */
  async take(): Promise<Victim> {
    const { child, port } = await (this.#next ?? this.#load());
    this.#next = this.#load();
    let out = '';
    const ready = new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes('ready\n')) resolve();
      });
      child.once('exit', () => reject(new Error(`clouddriver ended at once:\n${out}`)));
    });
    child.send('start');
    const dead = () => child.exitCode !== null || child.signalCode !== null;
    // It may be killed by what it goes on with before it serves.
    await ready.catch((error: unknown) => {
      if (child.signalCode !== 'SIGKILL') throw error;
    });
    let killed: Promise<void> | undefined;
    return {
      api: createClient(clouddriverApi, { baseUrl: `http://127.0.0.1:${port}` }),
      get dead() {
        return killed !== undefined || dead();
      },
      kill: () => {
        if (!killed && !dead()) this.kills++;
        return (killed ??= end(child));
      },
    };
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await Promise.all([...this.#children].map(end));
  }

  async #load(): Promise<Standby> {
    const port = await freePort();
    const child = spawn(process.execPath, [new URL('./standby.fixture.ts', import.meta.url).pathname], {
      env: {
        PATH: process.env['PATH'],
        REDIS_URL: 'redis://127.0.0.1:9',
        ...this.#environment,
        GENNAKER_PORTS: JSON.stringify({ clouddriver: port }),
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return { child, port };
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
