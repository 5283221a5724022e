import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionSchema, latencyBuckets } from './latency-distribution.ts';
import { windowOf } from './meter.ts';

const buckets = (bucketOptions: object, bucketCounts: readonly string[]) =>
  latencyBuckets(distributionSchema.parse({ count: '9', bucketOptions, bucketCounts }));

describe('the buckets of a distribution', () => {
  it('grow by a factor, and begin at nothing', () =>
    expect(
      buckets({ exponentialBuckets: { numFiniteBuckets: 2, growthFactor: 2, scale: 1 } }, ['1', '0', '2', '3']),
    ).toEqual([
      { from: 0, to: 1, count: 1 },
      { from: 2, to: 4, count: 2 },
      { from: 4, to: Infinity, count: 3 },
    ]));
  it('are of one width, or have the bounds that are listed', () => {
    expect(buckets({ linearBuckets: { numFiniteBuckets: 2, width: 10, offset: 5 } }, ['0', '4', '0', '1'])).toEqual([
      { from: 5, to: 15, count: 4 },
      { from: 25, to: Infinity, count: 1 },
    ]);
    expect(buckets({ explicitBuckets: { bounds: [3, 9] } }, ['0', '2', '1'])).toEqual([
      { from: 3, to: 9, count: 2 },
      { from: 9, to: Infinity, count: 1 },
    ]);
  });
});

describe('the window that is measured', () => {
  it('is whole periods of whole samples that are over, covers what was asked for, and has no more points than wanted', () => {
    const time = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(
        time,
        time,
        fc.integer({ min: 1, max: 500 }),
        fc.constantFrom(1_000, 60_000),
        time,
        (a, b, points, resolution, later) => {
          const [start, end] = [Math.min(a, b), Math.max(a, b)];
          const now = end + later;
          const question = { region: 'r', of: { cluster: 'c' }, loadBalancers: [], from: start, to: end, points };
          const { from, to, stepMs } = windowOf(question, resolution, now);
          expect([to % resolution, stepMs % resolution, (to - from) % stepMs]).toEqual([0, 0, 0]);
          expect(to).toBeLessThanOrEqual(now);
          expect(from).toBeLessThanOrEqual(start);
          expect(to).toBeGreaterThan(Math.min(end, now) - resolution);
          expect((to - from) / stepMs).toBeLessThanOrEqual(points);
        },
      ),
    );
  });
});
