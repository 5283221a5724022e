import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asStorable, storable } from './storable.ts';

const odd = fc.constantFrom(
  undefined,
  Number.NaN,
  -0,
  '\u0000',
  'half \ud800',
  new Date(0),
  new Map([['a', 1]]),
  Object.assign([1], { 2: 3 }),
  { toJSON: () => 'itself' },
  { 'k\u0000': 1 },
  () => 1,
);

describe('what the database can keep', () => {
  it('is the same, copied or not', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue({ stringUnit: 'binary' }),
          fc.record({ json: fc.jsonValue(), odd }, { requiredKeys: [], noNullPrototype: true }),
        ),
        (value) => {
          expect(asStorable({ value })).toStrictEqual(storable({ value }));
        },
      ),
    );
  });

  it('is not copied where it came as JSON', () => {
    const value: unknown = JSON.parse('{"stages":[{"type":"wait","waitTime":0,"on":true,"none":null,"list":[[]]}]}');
    expect(asStorable(value)).toBe(value);
  });

  it('leaves out what JSON does not have, and mends texts', () => {
    expect(storable({ a: undefined, b: 'x\u0000y\ud800', c: new Date(0) })).toEqual({
      b: 'x\uFFFDy\uFFFD',
      c: '1970-01-01T00:00:00.000Z',
    });
  });

  it('is copied where it is nested very deep', () => {
    const deep = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`) as unknown;
    expect(asStorable(deep)).toEqual(deep);
    expect(asStorable(deep)).not.toBe(deep);
  });
});
