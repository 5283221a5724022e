import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStores, over, start, startOrca, type Stores, type TestOrca, until } from '../orca.fixture.ts';
import { searchAllExecutions, searchExecutions } from './search.ts';

let stores: Stores;
let orca: TestOrca;
let first: string;
let built: string;

beforeAll(async () => {
  stores = await openStores();
  orca = await startOrca(stores);
  const trigger = { type: 'webhook', eventId: 'The one', payload: { branch: 'main' } };
  first = await start(orca.client, [{ type: 'wait', waitTime: 0 }], { trigger });
  await until(orca.client, first, over);
  built = await start(orca.client, [{ type: 'wait', waitTime: 0 }], {
    application: 'shop',
    name: 'Deploy',
    trigger: {
      type: 'jenkins',
      user: 'ann',
      parameters: { version: '1.2=rc', region: 'west' },
      artifacts: [{ type: 'docker/image', name: 'shop', version: '1.2', reference: 'registry/shop:1.2' }],
      buildInfo: { name: 'shop', number: 7, scm: [{ sha1: 'abcdef0123456789' }] },
    },
  });
  await until(orca.client, built, over);
  // Many others after them, all of one moment; as of before there were words.
  await orca.db.pool.query(
    `insert into orca.executions (id, type, application, name, status, complete, build_time, version, epoch, mail_seq, mail_applied, failures, data, live)
     select 'other-' || n, type, application, name, status, complete, build_time + 1000, version, epoch, mail_seq, mail_applied, failures,
       replace(replace(data::text, 'main', 'side-' || n), id, 'other-' || n)::json, live
     from orca.executions, generate_series(1, 1700) n where id = $1`,
    [first],
  );
  await orca.db.pool.query(
    `insert into orca.execution_words select id, build_time, array['*'] from orca.executions where id like 'other-%'`,
  );
});
afterAll(async () => {
  await orca.stop();
  await stores.drop();
});

const pattern = (trigger: object): string => Buffer.from(JSON.stringify(trigger)).toString('base64');
const found = async (branch: string, more: Record<string, number | boolean> = {}): Promise<string[]> => {
  const trigger = pattern({ payload: { branch } });
  return (await searchExecutions(orca.db, 'app', { trigger, ...more })).map(({ id }) => id);
};

describe('a trigger', () => {
  it('is found behind any number of others', async () => {
    expect(await found('main')).toEqual([first]);
    expect(await found('side-1700', { reverse: true })).toHaveLength(1);
    expect(await found('nowhere')).toEqual([]);
  });

  it('is found by a pattern in whole pages, in either order', async () => {
    for (const reverse of [false, true]) {
      const pages = await Promise.all(
        [0, 100, 200, 300].map((startIndex) => found('side-1[0-9]{2,3}', { startIndex, size: 100, reverse })),
      );
      // 100 to 199, and 1000 to 1700.
      expect(new Set(pages.flat()).size).toBe(400);
      expect((await found('side-1[0-9]{2,3}', { startIndex: 800, size: 100, reverse })).length).toBe(1);
    }
  });
});

describe('an execution is found', () => {
  const ways: Readonly<Record<string, Parameters<typeof searchAllExecutions>[1]>> = {
    'by its user': { user: 'Ann' },
    'by a parameter': { parameter: 'version=1.2=RC' },
    'by several parameters': { parameter: ['version=1.2=rc', 'region=west'] },
    'by the reference of an artifact': { artifact: 'registry/shop:1.2' },
    'by name and version of an artifact': { artifact: 'shop:1.2' },
    'by a commit': { commit: 'abcdef0123456789' },
    'by the beginning of a commit': { commit: 'ABCDEF01' },
    'by its type of trigger among others': { triggerTypes: 'cron,jenkins' },
    'by its application and status': { application: 'shop', statuses: 'SUCCEEDED' },
    'by its name': { pipelineName: 'Deploy' },
    'by a part of its trigger': { trigger: pattern({ buildInfo: { number: 7, scm: [{ sha1: 'abcdef0.*' }] } }) },
  };
  it.each(Object.entries(ways))('%s, and by nothing else in its place', async (_, query) => {
    expect((await searchAllExecutions(orca.db, query)).executions.map(({ id }) => id)).toEqual([built]);
    const wrong = { ...query, user: 'nobody' };
    expect(await searchAllExecutions(orca.db, wrong)).toEqual({ executions: [] });
  });

  it('by the event that started it, among those of before there were words too', async () => {
    const event = await searchAllExecutions(orca.db, { eventId: 'the ONE', size: 1_000 });
    expect(event.executions).toHaveLength(1_000);
    const rest = await searchAllExecutions(orca.db, { eventId: 'the one', size: 1_000, after: event.next });
    expect(rest.executions).toHaveLength(701);
    expect(rest.next).toBeUndefined();
    expect(rest.executions.at(-1)?.id).toBe(first);
  });

  it('by its status alone, whether it has ended or not', async () => {
    const statuses = 'SUCCEEDED,RUNNING,PAUSED';
    const { executions, next } = await searchAllExecutions(orca.db, { statuses, size: 1_000 });
    expect(executions).toHaveLength(1_000);
    const rest = await searchAllExecutions(orca.db, { statuses, size: 1_000, after: next });
    expect(rest.executions.map(({ id }) => id).slice(-2)).toEqual([built, first]);
    expect(await searchAllExecutions(orca.db, { statuses: 'RUNNING,PAUSED' })).toEqual({ executions: [] });
  });

  it('no more once it is removed', async () => {
    await orca.client.deleteExecution({ params: { id: built } });
    expect(await searchAllExecutions(orca.db, { user: 'ann' })).toEqual({ executions: [] });
    const { rowCount } = await orca.db.pool.query('select from orca.execution_words where execution_id = $1', [built]);
    expect(rowCount).toBe(0);
  });
});

describe('a search is refused', () => {
  const wrong: Readonly<Record<string, readonly [Parameters<typeof searchAllExecutions>[1], string]>> = {
    'that ends before it starts': [{ triggerTimeStartBoundary: 2, triggerTimeEndBoundary: 1 }, 'after its end'],
    'for no trigger': [{ trigger: 'e30x' }, 'base64 of a JSON object'],
    'for a parameter without a value': [{ parameter: 'version' }, 'no parameter with a value'],
    'for an unknown status': [{ statuses: 'GOOD' }, 'GOOD is no status'],
    'after no place': [{ after: 'here' }, 'no place in a search'],
  };
  it.each(Object.entries(wrong))('%s', async (_, [query, message]) => {
    await expect(searchAllExecutions(orca.db, query)).rejects.toThrow(message);
  });
});
