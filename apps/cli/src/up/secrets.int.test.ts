import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSecrets } from './secrets.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'gennaker-secrets-'));
});
afterEach(() => rm(data, { recursive: true }));

it('makes random passwords once, readable by the owner alone', async () => {
  const first = await openSecrets(data);
  expect(await openSecrets(data)).toEqual(first);
  expect(first.postgres).not.toBe(first.redis);
  expect((await stat(join(data, 'secrets.json'))).mode & 0o777).toBe(0o600);
});

it('says what to do when the file is damaged, and leaves it alone', async () => {
  await writeFile(join(data, 'secrets.json'), '{"postgres":');
  await expect(openSecrets(data)).rejects.toThrow(/secrets.json is damaged.*--data DIR/);
  expect((await stat(join(data, 'secrets.json'))).size).toBe(12);
});
