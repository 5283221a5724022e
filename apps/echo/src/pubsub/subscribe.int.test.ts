import { type TestRedis, testRedis } from '@gennaker/fixtures/databases';
import { pubsubSettingsSchema, type Subscription } from '@gennaker/service/trigger-settings';
import { openRedis } from '@gennaker/store/redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEcho, type Echo } from '../echo.ts';
import { makeWorld, until, type World } from '../echo.fixture.ts';
import { type Reading, subscribe } from './subscribe.ts';

const STREAM = 'ci';
const [subscription] = pubsubSettingsSchema.parse({ redis: { subscriptions: [{ name: 'builds', stream: STREAM }] } })
  .redis.subscriptions as [Subscription];

let world: World;
let server: TestRedis;
let echo: Echo;
let open: { close(): Promise<void> }[];

beforeEach(async () => {
  [world, server] = await Promise.all([makeWorld(), testRedis()]);
  echo = createEcho(world.parts());
  open = [];
  world.addPipeline('p', {
    triggers: [
      {
        type: 'pubsub',
        enabled: true,
        pubsubSystem: 'redis',
        subscriptionName: 'builds',
        payloadConstraints: { branch: '^main$' },
      },
    ],
  });
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  await echo.close();
  await server.drop();
  await world.end();
});

/** Starts a reader whose group exists when this settles. */
async function read(changes: Partial<Reading> = {}): Promise<{ close(): Promise<void> }> {
  const quiet = { warn: () => {}, info: () => {} };
  const reader = subscribe(echo, subscription, {
    consumer: 'one',
    connect: () => Promise.resolve(openRedis(server.url, quiet)),
    blockMs: 50,
    ...changes,
  });
  open.push(reader);
  await until(async () => (await groups()) > 0);
  return reader;
}

async function groups(): Promise<number> {
  const found: unknown = await server.redis.xinfo('GROUPS', STREAM).catch(() => []);
  return Array.isArray(found) ? found.length : 0;
}

const send = (payload: unknown, ...attributes: string[]) =>
  server.redis.xadd(STREAM, '*', 'payload', JSON.stringify(payload), ...attributes);

async function pending(): Promise<number> {
  const [count] = (await server.redis.xpending(STREAM, subscription.group)) as [number];
  return count;
}

async function events(): Promise<{ key: string; ignored: boolean; why: string | null }[]> {
  const { rows } = await world.database.db.pool.query<{ key: string; ignored: boolean; why: string | null }>(
    `select key, ignored, reason->>'summary' as why from echo.events order by received_at, key`,
  );
  return rows;
}

describe('a subscription', () => {
  it('starts what wants a message, and acknowledges it after it is stored', async () => {
    await server.redis.xadd(STREAM, '*', 'payload', '{"branch":"main","old":true}');
    await read();
    const id = await send({ branch: 'main', parameters: { version: '2' } }, 'kind', 'published');
    await send({ branch: 'other' });
    await until(async () => (await events()).length === 2 && (await pending()) === 0);
    await until(() => world.started.length === 1);
    expect(world.started[0]?.trigger).toMatchObject({
      type: 'pubsub',
      messageId: id,
      attributes: { kind: 'published' },
      parameters: { version: '2' },
    });
    expect((await events())[0]?.key).toBe(`pubsub:redis:builds:${STREAM}:${id}`);
  });

  it('loses nothing that a dead process had taken, and starts it once', async () => {
    await server.redis.xgroup('CREATE', STREAM, subscription.group, '$', 'MKSTREAM');
    await send({ branch: 'main' });
    await server.redis.xreadgroup('GROUP', subscription.group, 'dead', 'STREAMS', STREAM, '>');
    await read({ takeOverMs: 10 });
    await until(() => world.started.length === 1);
    await until(async () => (await pending()) === 0);
    expect(await events()).toHaveLength(1);
  });

  it('goes on with what the process itself had taken before its restart, while PostgreSQL has it already', async () => {
    const first = await read();
    await send({ branch: 'main' });
    await until(() => world.started.length === 1);
    await first.close();
    // As if it had died between the commit and the acknowledgement.
    await server.redis.xgroup('SETID', STREAM, subscription.group, '0');
    await server.redis.xreadgroup('GROUP', subscription.group, 'one', 'STREAMS', STREAM, '>');
    expect(await pending()).toBe(1);
    await read();
    await until(async () => (await pending()) === 0);
    expect(await events()).toHaveLength(1);
    expect(world.started).toHaveLength(1);
  });

  it('outlives the loss of its group, and counts nothing twice', async () => {
    await read();
    await send({ branch: 'main' });
    await until(() => world.started.length === 1);
    await server.redis.xgroup('DESTROY', STREAM, subscription.group);
    await send({ branch: 'main' });
    await until(() => world.started.length === 2);
    expect(await events()).toHaveLength(2);
  });

  it.each([
    ['no payload', ['other', 'x'], 'The message has no field "payload"'],
    ['no JSON', ['payload', '{'], 'The payload of the message is not JSON'],
    ['no object', ['payload', '[1]'], 'The payload of the message is no JSON object'],
    ['what PostgreSQL cannot keep', ['payload', String.raw`{"a":"\u0000"}`], 'NUL'],
    ['an attribute that cannot be kept', ['payload', '{}', 'a', 'x\u0000'], 'NUL'],
  ])('puts a message with %s among the dead letters, says why, and goes on', async (_what, fields, why) => {
    await read();
    const id = await server.redis.xadd(STREAM, '*', ...fields);
    await send({ branch: 'main' });
    await until(() => world.started.length === 1);
    await until(async () => (await pending()) === 0);
    const [bad] = (await events()).filter(({ ignored }) => ignored);
    expect(bad?.why).toContain(why);
    const [letter] = await server.redis.xrange(`${STREAM}:dead`, '-', '+');
    expect(letter?.[1]).toEqual([...fields, 'deadReason', bad?.why, 'deadId', id]);
  });
});
