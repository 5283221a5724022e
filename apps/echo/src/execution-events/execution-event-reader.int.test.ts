import type { ExecutionEvent } from '@gennaker/contracts/execution';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { systemClock } from '@gennaker/service/clock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ExecutionEventListener, readExecutionEvents, type ReaderParts } from './execution-event-reader.ts';

let database: TestDatabase;
/** Orca's stream; an event's cursor is its place here, from 1. */
let events: ExecutionEvent[];
let readers: { close(): Promise<void> }[];

beforeEach(async () => {
  database = await testDatabase();
  await database.db.pool.query('create table told (cursor text)');
  events = [];
  readers = [];
});
afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.close()));
  await database.drop();
});

const happen = (type: string): void => {
  const cursor = String(events.length + 1);
  events.push({ cursor, executionId: 'e', application: 'app', sequence: 1, type, at: 0, data: {} });
};

const orca: ReaderParts['orca'] = {
  eventsPosition: async () => ({ cursor: String(events.length) }),
  events: async (args, options) =>
    (async function* () {
      const types = args?.query?.types?.split(',') ?? [];
      for (let at = Number(args?.query?.after); options?.signal?.aborted !== true;) {
        const event = events[at];
        if (event === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
        else {
          at += 1;
          if (types.includes(event.type)) yield { id: event.cursor, data: event };
        }
      }
    })(),
};

function read(owner: string, take?: ExecutionEventListener['take']): { close(): Promise<void> } {
  const writing: ExecutionEventListener['take'] = async (event) => async (client) => {
    await client.query('insert into told values ($1)', [event.cursor]);
  };
  const reader = readExecutionEvents(
    { db: database.db, clock: systemClock, orca, log: { warn: () => {} }, owner },
    { name: 'test', types: ['ExecutionCompleted'], take: take ?? writing },
  );
  readers.push(reader);
  return reader;
}

async function told(count: number): Promise<string[]> {
  for (;;) {
    const { rows } = await database.db.pool.query<{ cursor: string }>('select cursor from told');
    if (rows.length >= count) return rows.map((row) => row.cursor);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function begun(): Promise<void> {
  while ((await database.db.pool.query(`select from echo.cursors where owner is not null`)).rowCount === 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

it('a listener is told what happens from its first start on, also while nobody read, and nothing twice', async () => {
  happen('ExecutionCompleted');
  const first = read('a');
  await begun();
  happen('StageStarted');
  happen('ExecutionCompleted');
  expect(await told(1)).toEqual(['3']);
  await first.close();
  happen('ExecutionCompleted');
  const second = read('b');
  expect(await told(2)).toEqual(['3', '4']);
  await second.close();
  read('c');
  await begun();
  happen('ExecutionCompleted');
  expect(await told(3)).toEqual(['3', '4', '5']);
});

it('of two processes one reads; what is committed elsewhere meanwhile is not written again', async () => {
  read('a', async (event) => {
    const known = await database.db.pool.query('select from told where cursor = $1', [event.cursor]);
    // Another process, which also believes that it reads, is faster with this event.
    if (event.cursor === '2' && known.rowCount === 0) {
      await database.db.pool.query(`insert into told values ('2')`);
      await database.db.pool.query(`update echo.cursors set cursor = '2'`);
    }
    return async (client) => void (await client.query('insert into told values ($1)', [event.cursor]));
  });
  await begun();
  read('b');
  for (let count = 1; count <= 3; count += 1) happen('ExecutionCompleted');
  expect(await told(3)).toEqual(['1', '2', '3']);
});

it('what cannot be taken comes again, and holds back what is behind it', async () => {
  let failures = 2;
  read('a', async (event) => {
    if (event.cursor === '1' && failures-- > 0) throw new Error('front50 is away');
    return async (client) => void (await client.query('insert into told values ($1)', [event.cursor]));
  });
  await begun();
  happen('ExecutionCompleted');
  happen('ExecutionCompleted');
  expect(await told(2)).toEqual(['1', '2']);
});
