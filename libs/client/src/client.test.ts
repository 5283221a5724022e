import { ServiceError } from '@gennaker/contracts/error';
import { defineApi } from '@gennaker/contracts/route';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildRequest, createClient, parseAnswer } from './client.ts';
import { EventParser, readEvents } from './event-stream.ts';

const api = defineApi({
  get: {
    method: 'GET',
    path: '/things/:name/parts',
    summary: 'Gets',
    params: z.object({ name: z.string() }),
    query: z.object({ tag: z.array(z.string()).optional(), deep: z.string().optional() }),
    response: z.object({ size: z.number() }),
  },
  kill: { method: 'PUT', path: '/things/:name::kill', summary: 'Kills', params: z.object({ name: z.string() }) },
  rest: { method: 'GET', path: '/files/*', summary: 'Reads', params: z.object({ '*': z.string() }) },
  put: { method: 'PUT', path: '/things', summary: 'Puts', body: z.object({ a: z.number() }) },
  raw: { method: 'POST', path: '/raw', summary: 'Raw', rawBody: true },
  text: { method: 'GET', path: '/text', summary: 'Text', answers: 'text' },
  events: { method: 'GET', path: '/events', summary: 'Events', answers: 'events' },
});
const baseUrl = 'http://host/base/';
const answering = (status: number, body: string) =>
  createClient(api, { baseUrl, fetch: () => Promise.resolve(new Response(status === 204 ? null : body, { status })) });
const failure = async (call: Promise<unknown>): Promise<ServiceError> => {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (error instanceof ServiceError) return error;
  throw new Error('it did not fail');
};

describe('buildRequest', () => {
  it('encodes parameters, leaves out what is absent, repeats lists', () => {
    const args = { params: { name: 'a/b ?#%' }, query: { tag: ['x', 'y&z'], deep: undefined } };
    expect(buildRequest(api.get, baseUrl, args).url).toBe(
      'http://host/base/things/a%2Fb%20%3F%23%25/parts?tag=x&tag=y%26z',
    );
    expect(() => buildRequest(api.get, baseUrl, { params: { name: '' } })).toThrow('needs the parameter "name"');
  });

  it('writes colons that are part of a path, and the rest of a path segment by segment', () => {
    expect(buildRequest(api.kill, baseUrl, { params: { name: 'a:$1' } }).url).toBe(
      'http://host/base/things/a%3A%241:kill',
    );
    expect(buildRequest(api.rest, baseUrl, { params: { '*': 'a b/:c' } }).url).toBe(
      'http://host/base/files/a%20b/%3Ac',
    );
  });

  it('sends JSON with key and trace, and raw bytes as they are', () => {
    const options = { key: 'k', traceparent: 't', headers: { 'X-More': '1' } };
    expect(buildRequest(api.put, baseUrl, { body: { a: 1 } }, options)).toEqual({
      method: 'PUT',
      url: 'http://host/base/things',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'idempotency-key': 'k',
        traceparent: 't',
        'x-more': '1',
      },
      body: '{"a":1}',
    });
    const bytes = new Uint8Array([1, 2]);
    expect(buildRequest(api.raw, baseUrl, { body: bytes }).body).toBe(bytes);
    expect(buildRequest(api.raw, baseUrl, { body: '{ "a" : 1}' }).body).toBe('{ "a" : 1}');
  });
});

describe('an answer', () => {
  it('is parsed by the contract', async () => {
    expect(await answering(200, '{"size":1}').get({ params: { name: 'x' } })).toEqual({ size: 1 });
    expect(await answering(200, '{"not":"json"').text({})).toBe('{"not":"json"');
    expect(await answering(204, '').put({ body: { a: 1 } })).toBeUndefined();
  });

  it('that is an error keeps the message and all that the service said', async () => {
    const body = {
      timestamp: 1,
      status: 400,
      error: 'Bad Request',
      message: 'no',
      field: 'a',
      fix: 'b',
      stale: { version: 2 },
    };
    const error = await failure(answering(400, JSON.stringify(body)).put({ body: { a: 1 } }));
    expect(error).toMatchObject({
      status: 400,
      message: 'no',
      details: { field: 'a', fix: 'b', stale: { version: 2 } },
    });
    const plain = await failure(answering(500, '<html>').put({ body: { a: 1 } }));
    expect(plain.message).toBe('PUT http://host/base/things answered 500: <html>');
  });

  it('that breaks the contract is told from a good one', async () => {
    for (const body of ['{"size":"1"}', '', '[]'])
      expect((await failure(answering(200, body).get({ params: { name: 'x' } }))).status).toBe(502);
    expect(
      parseAnswer(api.put, { method: 'PUT', url: '' }, { status: 200, headers: {}, body: 'ignored' }),
    ).toBeUndefined();
  });

  it('that never comes is 503, or 504 after the deadline', async () => {
    const dead = createClient(api, { baseUrl, fetch: () => Promise.reject(new TypeError('fetch failed')) });
    expect(await failure(dead.text({}))).toMatchObject({ status: 503, details: { fix: expect.any(String) } });
    const slow = createClient(api, {
      baseUrl,
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
        }),
    });
    expect(await failure(slow.text({}, { deadlineMs: 20 }))).toMatchObject({
      status: 504,
      message: 'GET http://host/base/text did not answer within 20 ms.',
    });
  });
});

describe('an event stream', () => {
  it('is the same however it is cut', () => {
    const text = ': open\n\nid: 1\nevent: a\ndata: {"n":1}\n\ndata: two\r\ndata: lines\r\n\r\nid: 3\n\ndata:x\n\n';
    const whole = new EventParser().push(text);
    expect(whole).toEqual([{ id: '1', event: 'a', data: { n: 1 } }, { data: 'two\nlines' }, { data: 'x' }]);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const parser = new EventParser();
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(whole);
      }),
    );
  });

  it('keeps characters that are cut in the middle, and ends the connection when the loop is left', async () => {
    const bytes = new TextEncoder().encode('data: "ä€"\n\ndata: 2\n\n');
    let canceled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      },
      cancel: () => {
        canceled = true;
      },
    });
    for await (const event of readEvents(body)) {
      expect(event).toEqual({ data: 'ä€' });
      break;
    }
    expect(canceled).toBe(true);
  });
});
