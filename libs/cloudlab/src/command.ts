import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { getPriority } from 'node:os';
import { boundCommand } from '@gennaker/runner/bound-command';
import { endsWithUs } from '@gennaker/runner/keeper';

const LOW = 5;

/** Prefix that gives a child this nice value, whatever ours is. */
export function atPriority(nice: number): readonly string[] {
  return ['nice', '-n', String(nice - getPriority())];
}

/** Starts a command that ends with this process, whenever and however this one ends. */
export function start(command: readonly string[], options: Pick<SpawnOptions, 'stdio' | 'detached'>): ChildProcess {
  const [program, ...rest] = boundCommand(command);
  // oxlint-disable-next-line node/no-process-env -- handed on as it is, as spawn does; nothing is read from it
  return spawn(program, rest, { ...options, env: endsWithUs(process.env) });
}

/**
 * Runs a command to its end, with low priority: traffic flows beside it.
 * @returns its output
 * @throws Error with the command, its exit code and the end of its error output
 */
export function run(command: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = start([...atPriority(LOW), ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err = (err + text).slice(-2000)));
    child.on('error', (cause) =>
      reject(new Error(`${command[0] ?? ''} could not be started: ${cause.message}`, { cause })),
    );
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else
        reject(
          new Error(
            `${command.slice(0, 2).join(' ')} ended with ${code === null ? String(signal) : `exit code ${code}`}: ${err.trim()}`,
          ),
        );
    });
  });
}
