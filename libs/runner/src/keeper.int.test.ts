import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const KEEPER = fileURLToPath(new URL('./keeper.ts', import.meta.url));
/** Nothing here asks to be told of its parent's end: it is in sessions of its own, and the second has lost its parent. */
const STRAYS = 'setsid sleep "$1" & setsid sh -c \'sleep "$1" & exit\' x "$1"';

const owners: ChildProcess[] = [];
afterEach(() => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL');
});

/** A process that starts strays which sleep for so many seconds, and then does what it is told. */
async function ownerOf(seconds: string, then: string): Promise<ChildProcess> {
  const program = `import { spawn } from 'node:child_process';
    const { endsWithUs } = await import(${JSON.stringify(KEEPER)});
    spawn('sh', ['-c', ${JSON.stringify(STRAYS)}, 'x', '${seconds}'], { stdio: 'ignore', env: endsWithUs(process.env) })
      .on('exit', () => { console.log('started'); ${then} });`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  owners.push(owner);
  await once(owner.stdout, 'data');
  await until(async () => (await sleepers(seconds)).length === 2);
  return owner;
}

test('what an owner started ends with it by kill -9, children of children and strays too, and nobody else does', async () => {
  const owner = await ownerOf('41.123', 'setInterval(() => {}, 1000);');
  await ownerOf('42.123', 'setInterval(() => {}, 1000);');
  owner.kill('SIGKILL');
  await until(async () => (await sleepers('41.123')).length === 0);
  expect(await sleepers('42.123')).toHaveLength(2);
});

test('keeps no owner from ending by itself, and takes what it started along', async () => {
  const owner = await ownerOf('43.123', 'setTimeout(() => {}, 200);');
  if (owner.exitCode === null) await once(owner, 'exit');
  expect(owner.exitCode).toBe(0);
  await until(async () => (await sleepers('43.123')).length === 0);
});

test('a keeper that was killed is followed by another one', async () => {
  const owner = await ownerOf(
    '44.123',
    `process.on('SIGUSR2', () => spawn('sleep', ['44.124'], { stdio: 'ignore', env: endsWithUs(process.env) }));
     setInterval(() => {}, 1000);`,
  );
  const [keeper] = await childrenOf(owner.pid ?? 0);
  process.kill(keeper ?? 0, 'SIGKILL');
  await until(async () => (await childrenOf(owner.pid ?? 0)).length === 0);
  owner.kill('SIGUSR2');
  await until(async () => (await sleepers('44.124')).length === 1);
  owner.kill('SIGKILL');
  await until(async () => (await sleepers('44.12')).length === 0);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('waited 20 s in vain');
    await delay(20);
  }
}

/** Processes that sleep for so many seconds, or for a number that begins so. */
const sleepers = (seconds: string): Promise<number[]> => processesWhere('cmdline', `sleep\0${seconds}`);

const childrenOf = (pid: number): Promise<number[]> => processesWhere('status', `\nPPid:\t${pid}\n`);

async function processesWhere(file: 'cmdline' | 'status', text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const content = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      return (file === 'cmdline' ? content.startsWith(text) : content.includes(text)) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
