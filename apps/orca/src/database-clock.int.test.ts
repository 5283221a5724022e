import { clockSuite } from '@gennaker/fixtures/clock-suite';
import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import { type Clock, systemClock } from '@gennaker/service/clock';
import { openDatabase } from '@gennaker/store/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseClock } from './database-clock.ts';

const HOUR_MS = 3_600_000;
/** What two reads of a clock may be apart on a busy machine, ms. */
const CLOSE_MS = 1_000;

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const off = (clock: Clock): number => Math.abs(clock.now() - Date.now());

describe('the time of an orca process', () => {
  it('is PostgreSQL’s, however wrong the clock of its machine is', async () => {
    const clock = new DatabaseClock(database.db.pool, { ...systemClock, now: () => Date.now() + HOUR_MS });
    expect(off(clock)).toBeGreaterThan(HOUR_MS - CLOSE_MS);
    await clock.look();
    expect(off(clock)).toBeLessThan(CLOSE_MS);
    expect(Number.isInteger(clock.now())).toBe(true);
  });
  it('does not jump with the clock of its machine', async () => {
    let jump = 0;
    const clock = new DatabaseClock(database.db.pool, { ...systemClock, now: () => Date.now() + jump });
    await clock.look();
    for (jump of [HOUR_MS, -HOUR_MS]) expect(off(clock)).toBeLessThan(CLOSE_MS);
  });
  it('goes on while PostgreSQL is away', async () => {
    const away = openDatabase('postgresql://nobody@127.0.0.1:9/none');
    const clock = new DatabaseClock(away.pool, systemClock);
    await clock.start();
    expect(off(clock)).toBeLessThan(CLOSE_MS);
    clock.close();
    await away.close();
  });
});

clockSuite("of orca's processes", () => ({
  clock: new DatabaseClock(database.db.pool, systemClock),
  pass: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
}));
