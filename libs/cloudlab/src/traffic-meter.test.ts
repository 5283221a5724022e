import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LATENCY_BOUNDS_MS, LATENCY_SLOTS, latencySlot } from './latency-buckets.ts';
import { TrafficMeter } from './traffic-meter.ts';
import { VirtualClock } from './virtual-clock.ts';

const RULE = 'projects/p/global/forwardingRules/r';
const GROUP = 'projects/p/regions/us-central1/instanceGroups/g';

describe('latency buckets', () => {
  test('a latency falls into the first bucket whose upper bound is above it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (ms) => {
        const slot = latencySlot(ms);
        expect(ms).toBeLessThan(LATENCY_BOUNDS_MS[slot] ?? Number.POSITIVE_INFINITY);
        if (slot > 0) expect(ms).toBeGreaterThanOrEqual(LATENCY_BOUNDS_MS[slot - 1] ?? 0);
        expect(slot).toBeLessThan(LATENCY_SLOTS);
      }),
    );
  });
});

describe('the traffic meter', () => {
  test('loses no count, whenever counts come, and puts each into the second in which it came', () => {
    const gap = fc.integer({ min: 0, max: 3_000 });
    return fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(gap, fc.integer({ min: 0, max: 60_000 })), { maxLength: 60 }),
        async (counts) => {
          const clock = new VirtualClock();
          const meter = new TrafficMeter(clock);
          const expected = new Map<number, number>();
          for (const [wait, ms] of counts) {
            await clock.advance(wait);
            meter.answered(RULE, GROUP, 200, ms);
            const end = (Math.floor(clock.now() / 1_000) + 1) * 1_000;
            expected.set(end, (expected.get(end) ?? 0) + 1);
          }
          await clock.advance(1_000);
          const samples = meter.series().flatMap((series) => series.samples);
          expect(new Map(samples.map(({ endMs, count }) => [endMs, count]))).toEqual(expected);
          for (const { count, buckets } of samples) expect(buckets.reduce((sum, each) => sum + each, 0)).toBe(count);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('shows a second only when it is over', async () => {
    const clock = new VirtualClock();
    const meter = new TrafficMeter(clock);
    meter.connected(RULE, GROUP);
    expect(meter.series()).toEqual([]);
    await clock.advance(1_000);
    expect(meter.series()).toMatchObject([{ rule: RULE, group: GROUP, of: 'connections', samples: [{ count: 1 }] }]);
  });
});
