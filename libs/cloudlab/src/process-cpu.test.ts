import { describe, expect, test } from 'vitest';
import { treeCpuSeconds } from './process-cpu.ts';
import { parseStat } from './process-table.ts';

describe('processor time of processes', () => {
  test('is read behind a name that holds brackets and spaces', () => {
    const line = '42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 5 6 7';
    expect(parseStat(line)).toEqual({ parent: 7, ticks: 127 });
    expect(parseStat('')).toBeUndefined();
  });

  test('grows while a process works, and is left out for one that is gone', async () => {
    const before = (await treeCpuSeconds([process.pid])).get(process.pid) ?? 0;
    const until = process.cpuUsage().user + 300_000;
    while (process.cpuUsage().user < until) Math.sqrt(2);
    const after = (await treeCpuSeconds([process.pid])).get(process.pid) ?? 0;
    expect(after - before).toBeGreaterThan(0.1);
    expect((await treeCpuSeconds([2 ** 22 + 1])).size).toBe(0);
  });
});
