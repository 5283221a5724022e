import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextServerGroupName } from './server-group-name.ts';

test('one after the newest by creation, skipping what is taken, wrapping at 1000', () => {
  const next = (...taken: [string, number][]) =>
    nextServerGroupName(
      'app',
      taken.map(([name, createdTime]) => ({ name, createdTime })),
    );
  expect(next()).toBe('app-v000');
  expect(next(['app-v000', 1], ['app-v004', 2], ['app-v003', 3])).toBe('app-v005');
  expect(next(['app', 1])).toBe('app-v001');
  expect(next(['app-v999', 1])).toBe('app-v000');
});

test('never a name that is taken', () => {
  const sequences = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 200 });
  fc.assert(
    fc.property(sequences, fc.integer({ min: 0, max: 1_000 }), (taken, seed) => {
      const names = taken.map((n, i) => ({
        name: `app-v${String(n).padStart(3, '0')}`,
        createdTime: (i * 7919 + seed) % 1009,
      }));
      expect(names.map((entry) => entry.name)).not.toContain(nextServerGroupName('app', names));
    }),
  );
  const all = Array.from({ length: 1_000 }, (_, n) => ({ name: `app-v${String(n).padStart(3, '0')}`, createdTime: n }));
  expect(() => nextServerGroupName('app', all)).toThrow('All 1000 names');
});
