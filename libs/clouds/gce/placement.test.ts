import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quotaProblems } from './placement.ts';

const wanted = (more: number) => ({ region: 'us-central1', instanceType: 'n2-standard-4', more });

test('a quota that would be overrun is named with what is used and what is needed', () => {
  expect(quotaProblems(wanted(3), [{ metric: 'CPUS', limit: 24, usage: 16 }], 4)).toEqual([
    'quota CPUS of us-central1 is 24, of which 16 are used, and 3 more of n2-standard-4 need 12; ask Google for more, or make fewer or smaller instances',
  ]);
  expect(quotaProblems(wanted(2), [{ metric: 'CPUS', limit: 24, usage: 16 }], 4)).toEqual([]);
});

test('what is not known is not held against anybody', () => {
  expect(quotaProblems(wanted(100), [], 4)).toEqual([]);
  expect(quotaProblems(wanted(100), [{ metric: 'CPUS', limit: 1, usage: 1 }], null)).toEqual([]);
});

test('there is a problem exactly when use and need are above the limit', () => {
  const count = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(count, count, count, (limit, usage, more) => {
      const problems = quotaProblems(wanted(more), [{ metric: 'INSTANCES', limit, usage }], null);
      expect(problems.length > 0).toBe(more > 0 && usage + more > limit);
    }),
  );
});
