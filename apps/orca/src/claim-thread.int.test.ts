import { MessageChannel } from 'node:worker_threads';
import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import { steadyMs } from '@gennaker/service/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClaimThreadReport, keepClaims } from './claim-thread.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await database.db.pool.query(
    `insert into orca.executions (id, type, application, name, status, build_time, version, data, live, owner, epoch, claim_expires, mail_seq)
     select id, 'PIPELINE', 'a', 'n', 'RUNNING', 0, 1, '{}', '{}', owner, 1, now() + ttl * interval '1 second', 7
     from (values ('mine', 'me', 2), ('gone', 'somebody', 2), ('late', 'me', -1)) as v(id, owner, ttl)`,
  );
});
afterEach(() => database.drop());

const expires = async (id: string): Promise<number> => {
  const { rows } = await database.db.pool.query<{ left: number }>(
    'select extract(epoch from claim_expires - clock_timestamp())::float8 as left from orca.executions where id = $1',
    [id],
  );
  return rows[0]?.left ?? 0;
};

/** Keeps three claims for a while; `beatAt` is the main loop's last sign of life. */
async function keep(beatAt: number): Promise<ClaimThreadReport[]> {
  const { port1, port2 } = new MessageChannel();
  const beat = new SharedArrayBuffer(8);
  Atomics.store(new BigInt64Array(beat), 0, BigInt(beatAt));
  const reports: ClaimThreadReport[] = [];
  port2.on('message', (report: ClaimThreadReport) => reports.push(report));
  keepClaims({ databaseUrl: database.url, owner: 'me', instance: 'me', leaseMs: 60_000, everyMs: 50, beat }, port1);
  for (const id of ['mine', 'gone', 'late']) port2.postMessage({ add: [id] });
  await new Promise((resolve) => setTimeout(resolve, 600));
  port2.postMessage({ end: true });
  await new Promise((resolve) => setTimeout(resolve, 50));
  port2.close();
  return reports;
}

describe('the thread that renews claims', () => {
  it('renews what is held, with the mail number, and neither what somebody took nor what has run out', async () => {
    const reports = await keep(steadyMs() + 10_000);
    expect(reports.at(-1)).toMatchObject({ asked: ['mine', 'gone', 'late'], renewed: [['mine', 7]] });
    expect(await expires('mine')).toBeGreaterThan(50);
    expect(await expires('gone')).toBeLessThan(2);
    expect(await expires('late')).toBeLessThan(0);
  });
  it('stops renewing when the main loop does not answer', async () => {
    expect(await keep(steadyMs() - 10_000)).toEqual([]);
    expect(await expires('mine')).toBeLessThan(2);
  });
});
