import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SerialConsole } from './serial-console.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gennaker-console-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a serial console', () => {
  test('is empty before anything was written, and read on from where the last answer ended', async () => {
    const console = new SerialConsole(join(folder, 'serial.log'));
    expect(await console.read(0)).toEqual({ contents: '', start: 0, next: 0 });
    await appendFile(console.file, 'one\n');
    expect(await console.read(0)).toEqual({ contents: 'one\n', start: 0, next: 4 });
    await appendFile(console.file, 'two\n');
    expect(await console.read(4)).toEqual({ contents: 'two\n', start: 4, next: 8 });
    expect(await console.read(8)).toEqual({ contents: '', start: 8, next: 8 });
  });

  test('stays bounded, and a reader who follows it sees each line once over the cut', async () => {
    const console = new SerialConsole(join(folder, 'serial.log'));
    const lines = (from: number, count: number): string =>
      Array.from({ length: count }, (_, i) => `${String(from + i).padStart(31, '0')}\n`).join('');
    const early = 5 * 2 ** 15;
    await appendFile(console.file, lines(0, early));
    await console.trim();
    await appendFile(console.file, lines(early, 3));
    const first = await console.read(0);
    expect(first.start).toBe(early * 32 - 2 ** 20);
    expect(first.contents.startsWith(`${String(early - 2 ** 15).padStart(31, '0')}\n`)).toBe(true);
    const second = await console.read(first.next);
    expect(second.start).toBe(first.next);
    expect(second.contents).toBe(lines(early, 3));
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2 * 2 ** 20);
  });
});
