import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inspectListeners } from './listeners.ts';
import { listeningSockets } from './listening-sockets.ts';
import { processes } from './process-table.ts';

test('a program that binds every address is found, also where the processes were last looked at before it was started', async () => {
  // Both looks are shared for a while, and need not have begun together.
  await listeningSockets();
  await delay(200);
  await processes(0);
  const program = `require('node:net').createServer().listen(0, '0.0.0.0', () => console.log('up'))`;
  const shell = spawn('sh', ['-c', '"$@" & wait', 'x', process.execPath, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  try {
    await once(shell.stdout, 'data');
    await delay(100);
    const { violation } = await inspectListeners(shell.pid ?? 0, '127.9.9.9', 8080);
    expect(violation).toContain('every address of the machine');
  } finally {
    process.kill(-(shell.pid ?? 0), 'SIGKILL');
  }
});
