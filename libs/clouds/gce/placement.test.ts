import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quotaProblems } from './placement.ts';

const wanted = (more: number, instanceType = 'e2-standard-4') => ({ region: 'us-central1', instanceType, more });
const metrics = ({ instanceType, preemptible = false }: { instanceType: string; preemptible?: boolean }, more = 0) =>
  quotaProblems(
    { ...wanted(1, instanceType), preemptible },
    ['CPUS', 'N2_CPUS', 'C2D_CPUS', 'M1_CPUS']
      .map((metric) => ({ metric, limit: 0, usage: 0 }))
      .concat({ metric: 'PREEMPTIBLE_CPUS', limit: more, usage: more }),
    4,
  ).map((problem) => problem.split(' ')[1]);

test('a quota that would be overrun is named with what is used and what is needed', () => {
  expect(quotaProblems(wanted(3), [{ metric: 'CPUS', limit: 24, usage: 16 }], 4)).toEqual([
    'quota CPUS of us-central1 is 24, of which 16 are used, and 3 more of e2-standard-4 need 12; ask Google for more, or make fewer or smaller instances',
  ]);
  expect(quotaProblems(wanted(2), [{ metric: 'CPUS', limit: 24, usage: 16 }], 4)).toEqual([]);
});

test.each([
  ['e2-standard-4', ['CPUS']],
  ['n1-standard-4', ['CPUS']],
  ['f1-micro', ['CPUS']],
  ['custom-4-8192', ['CPUS']],
  ['n2-standard-4', ['N2_CPUS']],
  ['n2-custom-4-8192', ['N2_CPUS']],
  ['c2d-highcpu-4', ['C2D_CPUS']],
  ['m1-ultramem-40', ['M1_CPUS']],
  ['t2d-standard-4', []],
  ['c4-standard-4', []],
])('processors of %s are counted in %j, where the region lists that', (instanceType, expected) => {
  expect(metrics({ instanceType })).toEqual(expected);
});

test('preemptible processors have a quota of their own where the region has given one', () => {
  expect(metrics({ instanceType: 'n2-standard-4', preemptible: true })).toEqual(['N2_CPUS']);
  expect(metrics({ instanceType: 'n2-standard-4', preemptible: true }, 8)).toEqual(['PREEMPTIBLE_CPUS']);
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
