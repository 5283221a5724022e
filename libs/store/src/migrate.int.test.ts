import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from './migrate.ts';

let test: TestDatabase;
let folder: string;

beforeAll(async () => {
  test = await testDatabase();
  await test.db.pool.query('delete from _prisma_migrations');
  folder = await mkdtemp(join(tmpdir(), 'gennaker-migrations-'));
  await write('1_one', 'create table one(id int)');
  await write('2_two', 'create table two(id int); insert into two values (1)');
});

afterAll(async () => {
  await test.drop();
  await rm(folder, { recursive: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'migration.sql'), sql);
}

const run = () => migrate(test.url, undefined, folder);

it('applies each migration once, also when several start together', async () => {
  const done = await Promise.all([run(), run(), run()]);
  expect(done.flat().sort()).toEqual(['1_one', '2_two']);
  expect(await run()).toEqual([]);
  const kept = await test.db.pool.query('select checksum, finished_at, applied_steps_count from _prisma_migrations');
  expect(kept.rows).toHaveLength(2);
  expect(kept.rows.every((row) => /^[0-9a-f]{64}$/.test(row.checksum) && row.finished_at)).toBe(true);
});

it('rolls a failing migration back and says why; the next run tries it again', async () => {
  await write('3_three', 'create table three(id int); select broken');
  await expect(run()).rejects.toThrow(/3_three failed and was rolled back: .*broken/);
  await write('3_three', 'create table three(id int)');
  expect(await run()).toEqual(['3_three']);
});

it('refuses an applied migration that was edited', async () => {
  await write('1_one', 'create table one(id bigint)');
  await expect(run()).rejects.toThrow(/1_one was changed after this database applied it/);
});
