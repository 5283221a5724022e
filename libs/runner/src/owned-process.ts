import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { endsWithUs } from './keeper.ts';
import { masker } from './masking.ts';

/** A command to run for its owner, this process. */
export interface ProcessSpec {
  /** Program and arguments; no shell is involved. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment, but for the mark of {@link endsWithUs}: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Output and errors are appended here, line by line; the folder is made. */
  readonly logFile: string;
  /** Values that never reach the log. */
  readonly secrets?: readonly string[];
  /** Killed after this long (ms). */
  readonly timeoutMs: number;
  /** Longest log (bytes); what comes after is dropped with a line that says so. 50 MB when absent. */
  readonly maxLogBytes?: number;
}

/** How a process ended. */
export interface ProcessEnd {
  /** `exited`: by itself, see `exitCode`; `killed`: by a signal that was not ours. */
  readonly cause: 'exited' | 'killed' | 'timeout' | 'cancelled' | 'not-started';
  readonly exitCode: number | null;
  /** One sentence. */
  readonly summary: string;
}

/** A process that this process owns: it and everything that it started end with its owner, even by kill -9. */
export interface OwnedProcess {
  readonly pid: number | undefined;
  /** Never rejects; resolves when the process is gone and its log is written. */
  readonly ended: Promise<ProcessEnd>;
  /** Kills the process and everything that it started. */
  cancel(): void;
}

const MAX_LOG_BYTES = 50 * 1024 * 1024;

/**
 * The command line around a command: a process name space of its own whose end takes all of it along, bound to the life
 * of the calling thread. It has its own /proc, as programs that make name spaces themselves look each other up there.
 * Without root the name space needs a user name space around it.
 */
export function ownedCommand(command: readonly string[], isRoot: boolean): [string, ...string[]] {
  const namespaces = isRoot ? ['--pid', '--mount-proc'] : ['--user', '--map-root-user', '--pid', '--mount-proc'];
  return ['setpriv', '--pdeathsig', 'KILL', 'unshare', ...namespaces, '--fork', '--kill-child=KILL', ...command];
}

/** Starts a command; see {@link ProcessSpec}. A program that cannot be started is an end like any other. */
export async function startProcess(spec: ProcessSpec): Promise<OwnedProcess> {
  await mkdir(dirname(spec.logFile), { recursive: true });
  const [program, ...args] = ownedCommand(spec.command, process.getuid?.() === 0);
  const child = spawn(program, args, {
    cwd: spec.cwd,
    env: endsWithUs(spec.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let cause: 'timeout' | 'cancelled' | undefined;
  const kill = (why: 'timeout' | 'cancelled') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    cause ??= why;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => kill('timeout'), spec.timeoutMs);
  const log = writeLog(child, spec);
  const ended = new Promise<ProcessEnd>((resolve) => {
    let settled = false;
    const settle = (end: ProcessEnd) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      void log.close().then(() => resolve(end));
    };
    child.once('error', (error) =>
      settle({
        cause: 'not-started',
        exitCode: null,
        summary: `${spec.command[0]} could not be started: ${error.message}`,
      }),
    );
    child.once('close', (exitCode, signal) => settle(endOf(spec, cause, exitCode, signal)));
  });
  return { pid: child.pid, ended, cancel: () => kill('cancelled') };
}

function endOf(
  spec: ProcessSpec,
  cause: 'timeout' | 'cancelled' | undefined,
  exitCode: number | null,
  signal: string | null,
): ProcessEnd {
  const name = spec.command[0];
  if (cause === 'timeout')
    return {
      cause,
      exitCode,
      summary: `${name} was ended: it took longer than ${Math.round(spec.timeoutMs / 1000)} s`,
    };
  if (cause === 'cancelled') return { cause, exitCode, summary: `${name} was cancelled` };
  if (exitCode === null) return { cause: 'killed', exitCode, summary: `${name} was ended from outside (${signal})` };
  return { cause: 'exited', exitCode, summary: `${name} ended with exit code ${exitCode}` };
}

/** Writes both outputs of a child to the log by whole lines, masked, up to the size limit. */
function writeLog(child: ChildProcess, spec: ProcessSpec): { close(): Promise<void> } {
  const file = createWriteStream(spec.logFile, { flags: 'a' });
  const mask = masker(spec.secrets ?? []);
  const limit = spec.maxLogBytes ?? MAX_LOG_BYTES;
  let written = 0;
  let problem: Error | undefined;
  file.on('error', (error) => {
    problem = error;
  });
  const write = (text: string) => {
    if (written > limit || problem) return;
    const masked = mask(text);
    written += Buffer.byteLength(masked);
    file.write(written > limit ? `... the log ends here: it is longer than ${limit} bytes\n` : masked);
  };
  const flushes: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream?.on('data', (chunk: Buffer) => {
      const text = rest + decoder.write(chunk);
      const cut = text.lastIndexOf('\n') + 1;
      rest = text.slice(cut);
      if (cut > 0) write(text.slice(0, cut));
    });
    flushes.push(() => {
      const last = rest + decoder.end();
      rest = '';
      if (last) write(`${last}\n`);
    });
  }
  return {
    close: () =>
      new Promise((resolve) => {
        for (const flush of flushes) flush();
        if (problem) return resolve();
        file.once('error', () => resolve());
        file.end(() => resolve());
      }),
  };
}
