import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStores, over, start, startOrca, type Stores, type TestOrca, until } from '../orca.fixture.ts';
import { searchExecutions } from './search.ts';

let stores: Stores;
let orca: TestOrca;
let first: string;

beforeAll(async () => {
  stores = await openStores();
  orca = await startOrca(stores);
  const trigger = { type: 'webhook', eventId: 'the one', payload: { branch: 'main' } };
  first = await start(orca.client, [{ type: 'wait', waitTime: 0 }], { trigger });
  await until(orca.client, first, over);
  // Many others after it, all of one moment.
  await orca.db.pool.query(
    `insert into orca.executions (id, type, application, name, status, complete, build_time, version, epoch, mail_seq, mail_applied, failures, data, live)
     select 'other-' || n, type, application, name, status, complete, build_time + 1, version, epoch, mail_seq, mail_applied, failures,
       replace(replace(data::text, 'main', 'side-' || n), id, 'other-' || n)::json, live
     from orca.executions, generate_series(1, 1700) n where id = $1`,
    [first],
  );
});
afterAll(async () => {
  await orca.stop();
  await stores.drop();
});

const found = async (branch: string, more: Record<string, number | boolean> = {}): Promise<string[]> => {
  const trigger = Buffer.from(JSON.stringify({ payload: { branch } })).toString('base64');
  return (await searchExecutions(orca.db, 'app', { trigger, ...more })).map(({ id }) => id);
};

it('a trigger is found behind any number of others', async () => {
  expect(await found('main')).toEqual([first]);
  expect(await found('side-1700', { reverse: true })).toHaveLength(1);
  expect(await found('nowhere')).toEqual([]);
});

it('pages of what a pattern finds are whole, in either order', async () => {
  for (const reverse of [false, true]) {
    const pages = await Promise.all(
      [0, 100, 200, 300].map((startIndex) => found('side-1[0-9]{2,3}', { startIndex, size: 100, reverse })),
    );
    // 100 to 199, and 1000 to 1700.
    expect(new Set(pages.flat()).size).toBe(400);
    expect((await found('side-1[0-9]{2,3}', { startIndex: 800, size: 100, reverse })).length).toBe(1);
  }
});
