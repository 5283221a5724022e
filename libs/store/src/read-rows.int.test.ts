import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { readRows } from './read-rows.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase(database.url, { max: 5 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const numbers = (count: number) => readRows<{ n: number }>(db, 'select n from generate_series(1, $1::int) n', [count]);

describe('rows that are read one after another', () => {
  it('are all there, in their order, whatever their number', async () => {
    for (const count of [0, 1, 200, 201, 1_000]) {
      const read: number[] = [];
      for await (const { n } of numbers(count)) read.push(n);
      expect(read).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }
  });

  it('give their connection back when nobody reads on, and when the query fails', async () => {
    for await (const { n } of numbers(1_000)) if (n === 3) break;
    await expect(readRows(db, 'select wrong').next()).rejects.toThrow('wrong');
    expect(db.pool.idleCount).toBe(db.pool.totalCount);
  });

  it('leave connections to others: who comes when many read waits for a place', async () => {
    const readers = Array.from({ length: 6 }, () => numbers(1_000));
    const begun: (typeof readers)[number][] = [];
    const first = readers.map(async (reader) => {
      const { value } = await reader.next();
      begun.push(reader);
      return (value as { n: number }).n;
    });
    await expect.poll(() => begun.length).toBe(4);
    expect((await db.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(begun).toHaveLength(4);
    for (const reader of begun.slice()) await reader.return(undefined);
    expect(await Promise.all(first)).toEqual([1, 1, 1, 1, 1, 1]);
    for (const reader of readers) await reader.return(undefined);
    expect(db.pool.idleCount).toBe(db.pool.totalCount);
  });
});
