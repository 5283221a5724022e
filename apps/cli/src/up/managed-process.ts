import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { allEnded, identify, isAlive, isMarked, type ProcessId, signal } from './process-table.ts';
import { reasonOf, Sentence } from './sentence.ts';

/** A long-running part of the system. */
export interface ProcessSpec {
  name: string;
  file: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Besides command and environment, what must be unchanged for a running one to be kept (a digest of sources). */
  version: string;
  stopSignal: NodeJS.Signals;
  /** Time between the signal and SIGKILL, ms. */
  stopMs: number;
  logFile: string;
  /** Where its process id is recorded. */
  recordFile: string;
  /** Data folder, for the marker. */
  data: string;
  /** Resolves when it answers; must reject soon when `alive` says no. */
  ready: (alive: () => boolean) => Promise<void>;
}

const recordSchema = z.object({ name: z.string(), pid: z.number(), started: z.string(), fingerprint: z.string() });
type ProcessRecord = z.infer<typeof recordSchema>;

/** Reads the record of a process; undefined when there is none or it is damaged. */
export function readRecord(file: string): ProcessRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Starts, watches, restarts and stops one process; keeps one that an earlier supervisor left when it is the same. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  private readonly say: (text: string) => void;
  private process: ProcessId | undefined;
  private watcher: NodeJS.Timeout | undefined;
  private stopping = false;
  private failures = 0;

  constructor(spec: ProcessSpec, say: (text: string) => void) {
    this.spec = spec;
    this.say = say;
  }

  /** True while it runs. */
  get alive(): boolean {
    return this.process !== undefined && isAlive(this.process);
  }

  /** The one that runs already and is the very same, by its record; its number is checked against reuse. */
  adoptable(): ProcessId | undefined {
    const record = readRecord(this.spec.recordFile);
    if (!record || record.fingerprint !== this.fingerprint()) return undefined;
    return isAlive(record) && isMarked(record.pid, this.spec.data) ? record : undefined;
  }

  /** Adopts or starts it and waits until it answers. Answers whether it was adopted. Throws with the end of its log. */
  async start(): Promise<boolean> {
    const running = this.adoptable();
    if (running) {
      this.process = running;
      try {
        await this.spec.ready(() => isAlive(running));
        this.watch();
        return true;
      } catch {
        await this.end(running);
      }
    }
    await this.launch();
    this.watch();
    return false;
  }

  /** Asks it to stop, then insists. Restarts nothing from now on. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.watcher);
    if (this.process) await this.end(this.process);
    rmSync(this.spec.recordFile, { force: true });
  }

  /** Ends it and its process group at once. */
  kill(): void {
    this.stopping = true;
    clearInterval(this.watcher);
    if (this.process) signal(this.process, 'SIGKILL', true);
  }

  private async launch(): Promise<void> {
    if (this.stopping) throw new Sentence('Stopped.');
    const { spec } = this;
    const log = openSync(spec.logFile, 'a', 0o600);
    const child = spawn(spec.file, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    let failed: Error | undefined;
    child.on('error', (error) => {
      failed = error;
    });
    const started = child.pid === undefined ? undefined : identify(child.pid);
    if (started) {
      this.process = started;
      this.record(started);
    }
    try {
      await spec.ready(() => started !== undefined && isAlive(started));
    } catch (error) {
      if (started) await this.end(started);
      throw new Sentence(`${spec.name} did not start: ${failed?.message ?? reasonOf(error)}\n${this.logTail()}`, {
        cause: error,
      });
    }
  }

  private record(started: ProcessId): void {
    const record: ProcessRecord = { name: this.spec.name, ...started, fingerprint: this.fingerprint() };
    writeFileSync(`${this.spec.recordFile}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    renameSync(`${this.spec.recordFile}.new`, this.spec.recordFile);
  }

  private fingerprint(): string {
    const { file, args, cwd, env, version } = this.spec;
    const own = Object.entries(env).filter(([name]) => name.startsWith('GENNAKER_') || name.endsWith('_URL'));
    const parts = [file, args, cwd, version, Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1)))];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  /** An adopted process is no child of ours, so that all are watched the same way: by looking. */
  private watch(): void {
    const since = performance.now();
    this.watcher = setInterval(() => {
      if (this.alive) {
        if (performance.now() - since > 60_000) this.failures = 0;
        return;
      }
      clearInterval(this.watcher);
      if (!this.stopping) void this.restart();
    }, 250);
  }

  private async restart(): Promise<void> {
    const { name, logFile } = this.spec;
    const wait = Math.min(500 * 2 ** this.failures, 15_000);
    this.failures += 1;
    this.say(`${name} has ended; starting it again in ${wait / 1000} s (its log: ${logFile}).`);
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (this.stopping) return;
    try {
      await this.launch();
      this.say(`${name} answers again.`);
      this.watch();
    } catch (error) {
      if (this.stopping) return;
      this.say(reasonOf(error));
      void this.restart();
    }
  }

  private async end(target: ProcessId): Promise<void> {
    signal(target, this.spec.stopSignal);
    if (await allEnded([target], this.spec.stopMs)) return;
    this.say(`${this.spec.name} did not stop within ${this.spec.stopMs / 1000} s and is ended.`);
    signal(target, 'SIGKILL', true);
    await allEnded([target], 5_000);
  }

  private logTail(): string {
    try {
      const lines = readFileSync(this.spec.logFile, 'utf8').trimEnd().split('\n').slice(-12);
      return `${lines.map((line) => `    ${line.slice(0, 400)}`).join('\n')}\n  (from ${this.spec.logFile})`;
    } catch {
      return '';
    }
  }
}
