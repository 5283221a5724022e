import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import type { Queryable } from '@gennaker/store/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Claims } from './claims.ts';

const LEASE_MS = 2_000;
const HASH = 'ab'.repeat(32);

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await database.db.pool.query(
    `insert into orca.executions (id, type, application, name, status, build_time, version, data, live)
     values ('one', 'PIPELINE', 'a', 'n', 'RUNNING', 0, 1, '{}', '{}')`,
  );
  await database.db.pool.query(
    `insert into orca.stages (execution_id, id, position, ref_id, type, name, status, data, context, outputs)
     values ('one', 's', 0, '1', 'wait', 'Wait', 'RUNNING', '{}', '{}', '{"big":{"$blob":"${HASH}"}}')`,
  );
  await database.db.pool.query(`insert into orca.blobs (hash, data) values (decode('${HASH}', 'hex'), '"big"')`);
});
afterEach(() => database.drop());

describe('a claim whose big values could not be read', () => {
  it('is not renewed, so that another process takes the execution when the lease has ended', async () => {
    const { pool } = database.db;
    const query = pool.query.bind(pool) as (...args: readonly unknown[]) => unknown;
    const broken = {
      query: (...args: readonly unknown[]) =>
        JSON.stringify(args[0]).includes('orca-blobs')
          ? Promise.reject(new Error('the database went away'))
          : query(...args),
    } as Queryable;
    const claims = (db: Queryable): Claims =>
      new Claims({
        db,
        databaseUrl: database.url,
        instance: 'test',
        leaseMs: LEASE_MS,
        holder: {
          lost: () => undefined,
          mail: () => undefined,
          unreadable: () => undefined,
          switches: () => undefined,
          report: () => ({ held: 0, rescues: {} }),
        },
      });
    const [first, second] = [claims(broken), claims(pool)];
    try {
      await expect(first.take('one')).rejects.toThrow('the database went away');
      expect(await second.take('one')).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 1.5 * LEASE_MS));
      expect(await second.take('one')).toMatchObject({ id: 'one', epoch: 2 });
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });
});
