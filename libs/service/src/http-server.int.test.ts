import { randomIdentityKey } from './identity.ts';
import { connect } from 'node:net';
import { readEvents } from '@gennaker/client/event-stream';
import { ServiceError } from '@gennaker/contracts/error';
import { defineApi } from '@gennaker/contracts/route';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configFromEnv } from './config.ts';
import { createServiceClient } from './http-client.ts';
import { type Served, serve } from './http-server.ts';

const api = defineApi({
  greet: {
    method: 'GET',
    path: '/greet/:name',
    summary: 'Greets',
    params: z.object({ name: z.string() }),
    query: z.object({ times: z.coerce.number().int().optional(), mood: z.enum(['glad', 'sad']).optional() }),
    response: z.object({ text: z.string() }),
  },
  store: {
    method: 'POST',
    path: '/things',
    summary: 'Stores',
    body: z.object({ size: z.number() }),
    response: z.object({ size: z.number() }),
  },
  bytes: {
    method: 'POST',
    path: '/bytes',
    summary: 'Counts',
    rawBody: true,
    response: z.object({ length: z.number() }),
  },
  kill: {
    method: 'POST',
    path: '/things/:id::kill',
    summary: 'Kills',
    params: z.object({ id: z.string() }),
    response: z.object({ killed: z.string() }),
  },
  killAll: { method: 'POST', path: '/things::kill', summary: 'Kills all', response: z.object({ killed: z.string() }) },
  forget: { method: 'DELETE', path: '/things/:id', summary: 'Forgets', params: z.object({ id: z.string() }) },
  flaky: {
    method: 'GET',
    path: '/flaky',
    summary: 'Answers at the third call',
    response: z.object({ calls: z.number() }),
  },
  fails: { method: 'GET', path: '/fails', summary: 'Throws', response: z.object({}) },
  overloaded: {
    method: 'POST',
    path: '/overloaded',
    summary: 'Never answers',
    body: z.object({}),
    response: z.object({}),
  },
  events: { method: 'GET', path: '/events', summary: 'Streams', answers: 'events' },
});

let served: Served;
let flakyCalls = 0;
let overloadedCalls = 0;
const parsed = configFromEnv({ GENNAKER_DATA: 'unused', DATABASE_URL: 'unused', REDIS_URL: 'unused' });
const config = { ...parsed, file: { ...parsed.file, http: { maxBodyBytes: 100_000, bodySeconds: 0.3 } } };

beforeAll(async () => {
  served = await serve({
    name: 'gate',
    api,
    config,
    port: 0,
    handlers: {
      greet: ({ params, query }) => ({ text: `hello ${params.name}`.repeat(query.times ?? 1) }),
      store: ({ body }) => ({ size: body.size }),
      bytes: ({ rawBody }) => ({ length: rawBody.length }),
      forget: () => undefined,
      kill: ({ params }) => ({ killed: params.id }),
      killAll: () => ({ killed: 'all' }),
      flaky: () => {
        flakyCalls += 1;
        if (flakyCalls < 3) throw new ServiceError(503, 'not yet');
        return { calls: flakyCalls };
      },
      fails: () => {
        throw new Error('a bug');
      },
      overloaded: () => {
        overloadedCalls += 1;
        throw new ServiceError(503, 'too busy');
      },
      events: async function* () {
        yield { id: '7', event: 'first', data: { a: 1 } };
        yield { id: '8', event: 'second', data: { a: 2 } };
      },
    },
  });
});
afterAll(() => served.close());

const call = (path: string, init?: RequestInit): Promise<Response> => fetch(served.url + path, init);
const json = { 'content-type': 'application/json' };

/** Sends bytes as they are and reads until the server ends the connection. */
async function exchange(sent: string): Promise<string> {
  const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
  socket.write(sent);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

describe('a served contract', () => {
  it('parses paths and queries by their schemas', async () => {
    const answer = await call('/greet/a%20b?times=2');
    expect(await answer.json()).toEqual({ text: 'hello a bhello a b' });
  });

  it('serves paths with a colon, also behind a parameter', async () => {
    const killed = async (path: string): Promise<unknown> =>
      (await call(path, { method: 'POST', headers: json })).json();
    expect(await killed('/things/7:kill')).toEqual({ killed: '7' });
    expect(await killed('/things:kill')).toEqual({ killed: 'all' });
    expect(await killed('/things/7:other')).toMatchObject({ status: 404 });
  });

  it('names the wrong field and the fix', async () => {
    const answer = await call('/things', { method: 'POST', body: '{"size":"big"}', headers: json });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      status: 400,
      error: 'Bad Request',
      field: 'size',
      fix: 'correct the body',
    });
  });

  it('refuses what its body checks refuse, and says which value is not taken', async () => {
    const answer = await call('/things', { method: 'POST', body: '{"size":1,"__proto__":{}}', headers: json });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ field: '__proto__', fix: 'rename or remove it' });
    expect(await (await call('/things', { method: 'POST', body: 'null', headers: json })).json()).toMatchObject({
      status: 400,
      field: 'body',
    });
  });

  it('refuses values of a query that it does not know, with those it knows, and single values that are repeated', async () => {
    expect(await (await call('/greet/x?mood=angry')).json()).toMatchObject({
      status: 400,
      field: 'mood',
      message: expect.stringContaining('"glad"|"sad"'),
    });
    expect(await (await call('/greet/x?times=1&times=2')).json()).toMatchObject({
      status: 400,
      field: 'times',
      message: 'query.times: is given 2 times, and only one value is taken: send it once',
    });
    expect(await (await call('/greet/x%00')).json()).toMatchObject({ status: 400, field: 'name' });
    expect(await (await call('/greet/%E0%A4%A')).json()).toMatchObject({ status: 400, message: expect.any(String) });
  });

  it('refuses a body beyond the limit with the limit, the size and the setting, told or counted', async () => {
    const big = JSON.stringify({ size: 1, padding: 'x'.repeat(200_000) });
    const told = await call('/things', { method: 'POST', body: big, headers: json });
    expect(await told.json()).toMatchObject({
      status: 413,
      message: `A body may have 100000 bytes, and this one has ${big.length} bytes`,
      fix: 'send less at once, or raise http.maxBodyBytes in gennaker.yml',
    });
    const counted = await exchange(
      'POST /things HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n' +
        `${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`,
    );
    expect(counted).toContain('413 Payload Too Large');
    expect(counted).toContain('this one has more');
  });

  it('answers a body that does not come in time, and what is no HTTP, instead of waiting', async () => {
    const head = 'POST /things HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 50';
    const late = await exchange(`${head}\r\n\r\n{"size":`);
    expect(late).toContain('408 Request Timeout');
    expect(late).toContain('raise http.bodySeconds in gennaker.yml');
    expect(await exchange('nonsense\r\n\r\n')).toContain('400 Bad Request');
  });

  it('hands a raw route the exact bytes', async () => {
    const answer = await call('/bytes', { method: 'POST', body: '{ "a" :1 }', headers: json });
    expect(await answer.json()).toEqual({ length: 10 });
  });

  it('answers a void operation with zero bytes', async () => {
    const answer = await call('/things/1', { method: 'DELETE' });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
  });

  it('refuses pages of other origins and foreign host names', async () => {
    expect((await call('/greet/x', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await call('/greet/x', { headers: { origin: served.url } })).status).toBe(200);
  });

  it('gives unknown paths and bugs the common error shape', async () => {
    expect(await (await call('/none')).json()).toMatchObject({ status: 404, error: 'Not Found' });
    expect(await (await call('/fails')).json()).toMatchObject({
      status: 500,
      message: 'a bug',
      timestamp: expect.any(Number),
    });
  });

  it('streams events with their ids', async () => {
    const answer = await call('/events');
    const seen = [];
    if (answer.body) for await (const event of readEvents(answer.body)) seen.push(event);
    expect(seen).toMatchObject([
      { id: '7', event: 'first', data: { a: 1 } },
      { id: '8', event: 'second', data: { a: 2 } },
    ]);
  });

  it('says which port is in use', async () => {
    const port = Number(new URL(served.url).port);
    await expect(serve({ name: 'gate', api: {}, handlers: {}, config, port })).rejects.toThrow(
      `${port}: the port is in use`,
    );
  });
});

describe('a service client', () => {
  it('tries a read again while the service is not ready', async () => {
    const client = createServiceClient(api, {
      name: 'gate',
      baseUrl: served.url,
      caller: 'test',
      identityKey: randomIdentityKey(),
    });
    expect(await client.flaky()).toEqual({ calls: 3 });
  });

  it('passes the called service’s error on', async () => {
    const client = createServiceClient(api, {
      name: 'gate',
      baseUrl: served.url,
      caller: 'test',
      identityKey: randomIdentityKey(),
    });
    await expect(client.fails()).rejects.toMatchObject({ status: 500, message: 'a bug' });
  });

  it('repeats a write only when it carries a key', async () => {
    const client = createServiceClient(api, {
      name: 'gate',
      baseUrl: served.url,
      caller: 'test',
      identityKey: randomIdentityKey(),
    });
    await expect(client.overloaded({ body: {} })).rejects.toMatchObject({ status: 503 });
    expect(overloadedCalls).toBe(1);
    await expect(client.overloaded({ body: {} }, { key: 'k' })).rejects.toMatchObject({ status: 503 });
    expect(overloadedCalls).toBe(6);
  });
});
