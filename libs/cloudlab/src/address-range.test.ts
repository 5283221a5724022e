import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressNumber, addressText, overlap, parseRange } from './address-range.ts';

const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const range = fc
  .record({ at: number, prefix: fc.integer({ min: 0, max: 32 }) })
  .map(({ at, prefix }) => ({ first: at - (at % 2 ** (32 - prefix)), prefix }));

describe('IPv4 ranges', () => {
  test('an address is the same number again after it was written', () => {
    fc.assert(fc.property(number, (each) => addressNumber(addressText(each)) === each));
  });

  test('a range is read as it was written', () => {
    fc.assert(
      fc.property(range, ({ first, prefix }) => {
        expect(parseRange(`${addressText(first)}/${prefix}`)).toEqual({ first, prefix });
      }),
    );
  });

  test('two ranges overlap when, and only when, one has the first address of the other', () => {
    const has = (one: { first: number; prefix: number }, address: number): boolean =>
      address >= one.first && address < one.first + 2 ** (32 - one.prefix);
    fc.assert(fc.property(range, range, (a, b) => overlap(a, b) === (has(a, b.first) || has(b, a.first))));
  });

  test.each(['10.0.0.1/24', '10.0.0/24', '10.0.0.0/33', '256.0.0.0/8', '10.0.0.0/', '', '10.0.0.0/8/8', 'a.b.c.d/8'])(
    '%j is no range',
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );
});
