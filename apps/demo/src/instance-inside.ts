import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A look into a running instance, from the machine that it runs on. */
export interface InstanceInside {
  /** Runs a program inside; answers its output. @throws Error when it fails */
  run(program: string, ...args: readonly string[]): Promise<string>;
}

/**
 * Finds the program of an instance among this machine's processes (its environment names it) and enters its name spaces.
 * @throws Error when no such process runs
 */
export async function enterInstance(name: string): Promise<InstanceInside> {
  const pid = await findProcess(name);
  const asRoot = process.getuid?.() === 0;
  const enter = [
    '--target',
    pid,
    ...(asRoot ? [] : ['--user', '--preserve-credentials']),
    '--mount',
    '--pid',
    '--root',
    '--wd=/',
  ];
  return {
    async run(program, ...args) {
      const { stdout } = await run('nsenter', [...enter, program, ...args], {
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      });
      return stdout.trim();
    },
  };
}

async function findProcess(name: string): Promise<string> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(`INSTANCE_NAME=${name}`)) continue;
    // The program itself, not what set up its name spaces: that one has another root.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!/(^|\/)bwrap\0/.test(command)) return pid;
  }
  throw new Error(`No process of instance ${name} runs on this machine`);
}
