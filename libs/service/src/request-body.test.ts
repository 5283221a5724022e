import { ServiceError } from '@gennaker/contracts/error';
import { MAX_DEPTH, refuseUnkeepable } from '@gennaker/contracts/keepable-json';
import type { Route } from '@gennaker/contracts/route';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readBody } from './request-body.ts';

const route: Route = { method: 'POST', path: '/things', summary: 'Stores', body: z.unknown() };
const raw: Route = { method: 'POST', path: '/raw', summary: 'Stores', rawBody: true };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function refusal(call: () => unknown): { status: number; message: string; field?: string; fix?: string } | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof ServiceError) return { status: error.status, message: error.message, ...error.details };
    throw error;
  }
  return undefined;
}
const json = (text: string) => refusal(() => readBody(route, bytes(text), 'application/json'));
const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}[]${'}'.repeat(levels - 1)}`;

describe('a body', () => {
  it('is what JSON says, whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        if (/\\u0000|\\ud[89a-f]|__proto__/i.test(text)) return;
        expect(readBody(route, bytes(text), 'application/json; charset=utf-8')).toEqual(JSON.parse(text));
      }),
    );
  });

  it('with NUL characters or halves of characters is refused at their place, in values and in keys', () => {
    expect(json(String.raw`{"stages":[{"name":"a\u0000"}]}`)).toEqual({
      status: 400,
      message: 'body.stages.0.name: holds a NUL character',
      field: 'stages.0.name',
      fix: String.raw`remove every \u0000`,
    });
    expect(json(String.raw`{"a":{"b\u0000":1}}`)).toMatchObject({ status: 400, field: String.raw`a.b\u0000` });
    expect(json(String.raw`["\ud800"]`)).toMatchObject({ status: 400, field: '0' });
    expect(json(String.raw`"\u0000"`)).toMatchObject({ status: 400, field: 'body' });
    expect(json(String.raw`["\ud83d\ude00"]`)).toBeUndefined();
  });

  it("with keys that reach an object's prototype is refused, since copies of it would lose them", () => {
    expect(json('{"a":[{"__proto__":{"admin":true}}]}')).toMatchObject({
      status: 400,
      field: 'a.0.__proto__',
      fix: 'rename or remove it',
    });
    expect(json('{"constructor":{"prototype":{}}}')).toMatchObject({ status: 400, field: 'constructor' });
    expect(json('{"constructor":"Smith & Sons","prototype":"v2"}')).toBeUndefined();
  });

  it(`nested ${MAX_DEPTH} levels deep is taken, one level more refused, and a million neither hang nor overflow`, () => {
    expect(json(nested(MAX_DEPTH))).toBeUndefined();
    expect(json(nested(MAX_DEPTH + 1))).toMatchObject({ status: 400, field: 'a.a.a.a.a.a.a.a.a.a.…' });
    expect(json('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toMatchObject({ status: 400 });
  });

  it('that is cut off, no UTF-8 or of another type is refused with what to do', () => {
    expect(json('{"a":')).toMatchObject({ status: 400, field: 'body', fix: 'correct the syntax at that place' });
    const broken = refusal(() => readBody(route, new Uint8Array([0x22, 0xff, 0x22]), 'application/json'));
    expect(broken).toMatchObject({ status: 400, fix: 'send it as UTF-8' });
    for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonx'])
      expect(refusal(() => readBody(route, bytes('{}'), type))).toMatchObject({ status: 415, field: 'content-type' });
  });

  it('of a route that reads the bytes itself is looked at all the same; what is no JSON is left to it', () => {
    expect(refusal(() => readBody(raw, bytes('{"__proto__":1}'), 'application/json'))).toMatchObject({ status: 400 });
    expect(refusal(() => readBody(raw, bytes('{"a":'), 'application/json'))).toBeUndefined();
    expect(refusal(() => readBody(raw, bytes('text'), 'text/plain'))).toMatchObject({ status: 415 });
    expect(readBody({ ...raw, alsoTakes: 'text' }, bytes('${ 1 + 1 }'), 'text/plain')).toBe('${ 1 + 1 }');
  });
});

it('a query is looked at as a body is', () => {
  expect(refusal(() => refuseUnkeepable('query', { name: ['a', 'b\u0000'] }))).toMatchObject({
    status: 400,
    message: 'query.name.1: holds a NUL character',
    field: 'name.1',
  });
});
