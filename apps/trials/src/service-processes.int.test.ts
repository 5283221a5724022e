import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { told } from './bench/told.ts';

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('stores and services of a trial end with it, even by kill -9', async () => {
  const module = fileURLToPath(new URL('./service-processes.ts', import.meta.url));
  const program = `const { startServiceProcesses } = await import(${JSON.stringify(module)});
    const { servers, processes } = await startServiceProcesses({ database: 'trial', groups: [['front50']] });
    console.log('pids', [servers.postgres.pid(), servers.redis.pid(), ...processes.map((one) => one.pid())].join());`;
  const trial = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pids = (await told(trial, /pids (\S+)\n/)).split(',').map(Number);
  expect(pids.map(runs)).toEqual([true, true, true]);
  trial.kill('SIGKILL');
  await expect.poll(() => pids.filter(runs), { timeout: 20_000 }).toEqual([]);
});
