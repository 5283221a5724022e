import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { descendants, socketInodes } from './process-table.ts';

test('finds processes at any depth below another, and none below one that is not there', async () => {
  const child = spawn('sh', ['-c', 'sleep 60 & echo ready; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  try {
    await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    expect(await descendants(pid, 0)).toHaveLength(1);
    const [below = 0] = await descendants(pid, 1000);
    expect(await descendants(process.pid, 1000)).toEqual(expect.arrayContaining([pid, below]));
    expect(await descendants(2 ** 22 + 1, 1000)).toEqual([]);
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
});

test('tells the sockets that a process holds; one that is gone holds none', async () => {
  const before = socketInodes(process.pid).length;
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(socketInodes(process.pid).length).toBeGreaterThan(before);
  server.close();
  expect(socketInodes(2 ** 22 + 1)).toEqual([]);
});
