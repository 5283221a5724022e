import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { baseEnvironment } from './up/environment.ts';
import { layoutOf } from './up/layout.ts';
import { marker } from './up/process-table.ts';
import { Progress } from './up/progress.ts';
import { Sentence } from './up/sentence.ts';
import { ensureTools } from './up/supervisor.ts';

const programs: Record<string, string> = {
  demo: 'apps/demo/src/main.ts',
  bench: 'apps/trials/src/bench.ts',
  chaos: 'apps/trials/src/chaos.ts',
};

/**
 * Runs the program of a command (demo, bench, chaos) with its arguments; it finds the system by `--data` and `--offset`
 * as `gennaker where` does, and starts one itself when it needs to. Answers its exit code.
 */
export async function runProgram(root: string, command: string, args: string[]): Promise<number> {
  const file = join(root, programs[command] ?? '');
  if (!programs[command] || !existsSync(file)) throw new Sentence(`This copy has no "${command}".`);
  const layout = layoutOf(root, [], process.env);
  await ensureTools(layout, new Progress());
  return runInForeground(process.execPath, [file, ...args], root, foregroundEnvironment(root));
}

/** Environment of a program that a person runs: our tools on PATH, and no marker, as it is no part of a system. */
export function foregroundEnvironment(root: string): NodeJS.ProcessEnv {
  const env = { ...process.env, ...baseEnvironment(layoutOf(root, [], process.env)) };
  for (const name of [marker, 'GENNAKER_DATA', 'GENNAKER_OFFSET']) {
    if (process.env[name] === undefined) delete env[name];
    else env[name] = process.env[name];
  }
  return env;
}

/** Runs a program with this terminal; signals are passed on to it, and its end decides ours. */
export async function runInForeground(
  file: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  // A session of its own, so that a Ctrl-C reaches it once: through us.
  const child = spawn(file, args, { cwd, env, stdio: 'inherit', detached: true });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.removeAllListeners(name);
    process.on(name, () => child.kill(name));
  }
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? (signal === 'SIGINT' ? 130 : 143);
}
