import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProcess } from './owned-process.ts';
import { followLog, readLog } from './process-log.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'runner-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const path = '/usr/bin:/bin:/usr/sbin:/sbin';
const shell = (script: string, more: { timeoutMs?: number; secrets?: string[]; maxLogBytes?: number } = {}) =>
  startProcess({
    command: ['sh', '-c', script],
    cwd: dir,
    env: { PATH: path },
    logFile: join(dir, 'log'),
    timeoutMs: 10_000,
    ...more,
  });
const log = () => readFile(join(dir, 'log'), 'utf8');

test('keeps output, errors and the exit code, and masks secrets even at the end without a line break', async () => {
  const end = await (
    await shell('echo out; echo err >&2; printf "key s3cr3t!"; exit 3', { secrets: ['s3cr3t!'] })
  ).ended;
  expect(end).toMatchObject({ cause: 'exited', exitCode: 3 });
  expect((await log()).split('\n').toSorted()).toEqual(['', 'err', 'key ********', 'out']);
});

test('ends what takes too long, with everything that it started', async () => {
  const end = await (await shell('sleep 37.123 & sleep 37.123', { timeoutMs: 200 })).ended;
  expect(end.cause).toBe('timeout');
  expect(await survivors('37.123')).toEqual([]);
});

test('cancels', async () => {
  const running = await shell('sleep 38.123');
  running.cancel();
  expect((await running.ended).cause).toBe('cancelled');
});

test('stops the log at its limit and says so', async () => {
  await (
    await shell('for i in $(seq 1000); do echo line $i; done', { maxLogBytes: 100 })
  ).ended;
  expect(await log()).toContain('the log ends here');
});

test('a program that is not there fails with its name', async () => {
  const running = await startProcess({
    command: ['/no/such/program'],
    cwd: dir,
    env: { PATH: path },
    logFile: join(dir, 'log'),
    timeoutMs: 5_000,
  });
  expect((await running.ended).exitCode).not.toBe(0);
  expect(await log()).toContain('/no/such/program');
});

test('a log is read by offsets, and followed while it grows', async () => {
  const running = await shell('echo ä1; sleep 0.4; echo ü2');
  let done = false;
  void running.ended.then(() => {
    done = true;
  });
  const pieces: string[] = [];
  for await (const piece of followLog(join(dir, 'log'), 0, async () => done, AbortSignal.timeout(5_000)))
    pieces.push(piece.text);
  expect(pieces).toEqual(['ä1\n', 'ü2\n']);
  expect(await readLog(join(dir, 'log'), 4)).toEqual({ text: 'ü2\n', nextOffset: 8 });
  expect(await readLog(join(dir, 'none'), 7)).toEqual({ text: '', nextOffset: 7 });
});

test('nothing survives a kill -9 of the owner', async () => {
  const module = fileURLToPath(new URL('./owned-process.ts', import.meta.url));
  const program = `const { startProcess } = await import(${JSON.stringify(module)});
    const p = await startProcess({ command: ['sh', '-c', 'echo up; sleep 39.123 & sleep 39.123'], cwd: '/tmp',
      env: { PATH: ${JSON.stringify(path)} }, logFile: ${JSON.stringify(join(dir, 'log'))}, timeoutMs: 60000 });
    await p.ended;`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
  await waitFor(async () => (await survivors('39.123')).length === 2);
  owner.kill('SIGKILL');
  await waitFor(async () => (await survivors('39.123')).length === 0);
  expect(await survivors('39.123')).toEqual([]);
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 8_000;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error('waited 8 s in vain');
    await delay(50);
  }
}

/** Process ids whose command line is `sleep <seconds>`. */
async function survivors(seconds: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line === `sleep\0${seconds}\0`) found.push(pid);
  }
  return found;
}
