import { ServiceError } from '@gennaker/contracts/error';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonProblem, readJsonObject } from './json-text.ts';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const refusal = (run: () => unknown): ServiceError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return error;
  }
  throw new Error('nothing was refused');
};

describe('jsonProblem', () => {
  it('agrees with JSON.parse on what is JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(jsonProblem(text)).toBeUndefined();
      }),
    );
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', '"', '\\', ':', 'x', '\n', '1', '-', '.', '\u0001'),
      )
      .map(([text, at, piece]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + piece + text.slice(place + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        expect(jsonProblem(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a": 1,\n "b" 2}', 2, 6, '":"', '"2}"'],
    ['{"a": [1, 2}', 1, 12, '"," or "]"', '"}"'],
    ['{"a": "unfinished', 1, 7, 'a complete text in double quotes', '"\\"unfinished"'],
    ["{'a': 1}", 1, 2, 'a key in double quotes', '"\'a\': 1}"'],
    ['{"a": 1} x', 1, 10, 'nothing more', '"x"'],
    ['{"a": ', 1, 7, 'a value', 'the end'],
    ['{"a": tru}', 1, 7, 'a value', '"tru}"'],
  ])('points at the place: %s', (text, line, column, expected, found) => {
    expect(jsonProblem(text)).toMatchObject({ line, column, expected, found });
  });

  it('takes any depth', () => {
    expect(jsonProblem('['.repeat(100_000) + ']'.repeat(100_000))).toBeUndefined();
  });
});

describe('readJsonObject', () => {
  it('keeps the exact text', () => {
    const text = ' {"b":1.0,  "a" : "\\u00e4",\t"b":2}\n';
    expect(readJsonObject(bytes(text))).toEqual({ text, document: { b: 2, a: 'ä' } });
  });

  it('refuses what is no object, no UTF-8 or holds NUL', () => {
    expect(refusal(() => readJsonObject(bytes('[]'))).message).toBe('A pipeline is a JSON object');
    expect(refusal(() => readJsonObject(new Uint8Array([0x7b, 0xff, 0x7d]))).details.fix).toBe('send it as UTF-8');
    expect(refusal(() => readJsonObject(bytes('{"a":["\\u0000"]}'))).details.fix).toBe('remove every \\u0000');
    expect(refusal(() => readJsonObject(bytes('{"a":{"__proto__":1}}'))).details.field).toBe('a.__proto__');
  });
});
