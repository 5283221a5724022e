import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { Sentence } from './sentence.ts';

const running = new Set<number>();
let closed = false;

/** How a helper runs; `onLine` gets each line of its output. */
export interface HelperOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
}

/**
 * Runs a program to its end, in a process group of its own so that it can be ended with all it started.
 * Answers its output. Throws a sentence with the last lines when it fails.
 */
export function runHelper(file: string, args: string[], options: HelperOptions = {}): Promise<string> {
  if (closed) throw new Sentence('Stopped.');
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const pid = child.pid;
    if (pid !== undefined) running.add(pid);
    let output = '';
    let partial = '';
    const take = (data: Buffer): void => {
      output = (output + data.toString()).slice(-1_000_000);
      const lines = (partial + data.toString()).split(/[\r\n]+/);
      partial = lines.pop() ?? '';
      for (const line of lines) if (line.trim()) options.onLine?.(line.trim());
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => reject(new Sentence(`${file} could not be started: ${error.message}.`)));
    child.on('close', (code, signal) => {
      if (pid !== undefined) running.delete(pid);
      if (code === 0) return resolve(output);
      const tail = output.trim().split('\n').slice(-15).join('\n');
      const how = signal ? `was ended by ${signal}` : `failed with code ${code}`;
      reject(new Sentence(`${tail}\n${[basename(file), ...args].join(' ').slice(0, 200)} ${how}.`));
    });
  });
}

/** Ends all helpers with what they started, and lets no new one begin. */
export function endHelpers(): void {
  closed = true;
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGTERM');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
