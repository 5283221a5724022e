import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Claims } from './claims.ts';
import { postMail, readMail } from './mailbox.ts';
import { MemoryStore } from './memory-store.fixture.ts';
import { insertExecutions } from './start-part.ts';
import { type EngineStore, prepared, sameAnswers, storeSuite, SUITE_LEASE_MS } from './store-suite.fixture.ts';
import { Sweeper } from './sweeper.ts';
import { Writer } from './writer.ts';

/** The engine's store as orca's parts make it, each worker with its own claims and writer. */
function postgresStore({ db, url }: TestDatabase): EngineStore & { close(): Promise<void> } {
  const workers = new Map<string, { claims: Claims; writer: Writer }>();
  const worker = (name: string): { claims: Claims; writer: Writer } => {
    const known = workers.get(name);
    if (known) return known;
    const claims = new Claims({
      db: db.pool,
      databaseUrl: url,
      instance: name,
      leaseMs: SUITE_LEASE_MS,
      holder: {
        lost: () => undefined,
        mail: () => undefined,
        unreadable: () => undefined,
        switches: () => undefined,
        report: () => ({ held: 0, rescues: {} }),
      },
    });
    const made = { claims, writer: new Writer(db.pool, SUITE_LEASE_MS) };
    workers.set(name, made);
    return made;
  };
  const writerOf = (owner: string): Writer => {
    const found = [...workers.values()].find(({ claims }) => claims.owner === owner);
    if (!found) throw new Error(`nobody is called ${owner}`);
    return found.writer;
  };
  return {
    start: async (prepared) => (await insertExecutions(db.pool, [prepared]))[0]?.fresh === true,
    claim: async (name, id) => {
      const { claims } = worker(name);
      const claim = await claims.take(id);
      // Renewed by commits alone, so that time passes here as tests say.
      claims.drop(id);
      return claim && { ...claim, owner: claims.owner };
    },
    commit: (transition) => writerOf(transition.owner).commit(transition),
    post: async (id, key, mail) => {
      const posted = await postMail(db, id, key, mail, '');
      return posted && { seq: posted.seq, repeated: posted.repeated };
    },
    mail: async (id, applied) => (await readMail(db.pool, id, applied)).map(({ seq, message }) => ({ seq, message })),
    due: async () => {
      const found: string[] = [];
      const sweeper = new Sweeper({
        db: db.pool,
        ring: async (id) => void found.push(id),
        takes: () => true,
        log: pino({ level: 'silent' }),
      });
      await sweeper.sweep();
      return found;
    },
    pass: async (ms) => {
      await db.pool.query(
        `update orca.executions set claim_expires = claim_expires - $1 * interval '1 millisecond',
           due_at = due_at - $1 * interval '1 millisecond'`,
        [ms],
      );
    },
    close: async () => void (await Promise.all([...workers.values()].map(({ claims }) => claims.close()))),
  };
}

let database: TestDatabase;
let store: ReturnType<typeof postgresStore>;
beforeAll(async () => {
  database = await testDatabase();
  store = postgresStore(database);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

storeSuite('in PostgreSQL', () => store);

describe('the store in PostgreSQL', () => {
  it('answers as the one in memory does, whatever workers and senders do', async () => {
    // Sweeps are batches: what other tests left due must not fill them.
    await database.db.pool.query('update orca.executions set due_at = null');
    await sameAnswers(new MemoryStore(SUITE_LEASE_MS), store, 100);
  }, 120_000);

  it('keeps apart what users wrote, with whatever characters, of executions that start together', async () => {
    const odd = 'one\u001etwo\u0000';
    const list = [prepared('odd', odd), prepared('plain', 'three'), prepared('none'), prepared('last', 'four')];
    expect((await insertExecutions(database.db.pool, list)).map(({ fresh }) => fresh)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    const { rows } = await database.db.pool.query<{ id: string; correlation_id: string | null }>(
      "select id, correlation_id from orca.executions where id = any('{plain,none,last}') order by id",
    );
    expect(rows).toEqual([
      { id: 'last', correlation_id: 'four' },
      { id: 'none', correlation_id: null },
      { id: 'plain', correlation_id: 'three' },
    ]);
    expect(await insertExecutions(database.db.pool, [prepared('again', odd)])).toEqual([{ id: 'odd', fresh: false }]);
  });

  it('keeps no big value for a start that another execution stood in the way of', async () => {
    const big = 'x'.repeat(10_000);
    const starts = [prepared('first', 'same', { big }), prepared('second', 'same', { big })];
    for (const one of starts) await insertExecutions(database.db.pool, [one]);
    const { rows } = await database.db.pool.query<{ id: string }>(
      "select execution_id as id from orca.blob_uses where execution_id in ('first', 'second')",
    );
    expect(rows).toEqual([{ id: 'first' }]);
  });
});
