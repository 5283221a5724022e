import { spawn } from 'node:child_process';
import { getPriority } from 'node:os';

const LOW = 5;

/** Prefix that lets a child die with this process, however that one ends. */
export const DIES_WITH_US: readonly string[] = ['setpriv', '--pdeathsig', 'KILL'];

/** Prefix that gives a child this nice value, whatever ours is. */
export function atPriority(nice: number): readonly string[] {
  return ['nice', '-n', String(nice - getPriority())];
}

/**
 * Runs a command to its end, with low priority: traffic flows beside it.
 * @returns its output
 * @throws Error with the command, its exit code and the end of its error output
 */
export function run(command: readonly string[]): Promise<string> {
  const [program = '', ...rest] = [...DIES_WITH_US, ...atPriority(LOW), ...command];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err = (err + text).slice(-2000)));
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
