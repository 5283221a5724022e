import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freshHistory, mayApply, recommend } from './autoscale.ts';
import type { ScalingHistory } from './autoscale.ts';
import { autoscalingPolicy } from './autoscaler-schema.ts';

const MINUTE = 60_000;

function aPolicy(more: object = {}) {
  return autoscalingPolicy.parse({
    minNumReplicas: 1,
    maxNumReplicas: 10,
    cpuUtilization: { utilizationTarget: 0.5 },
    ...more,
  });
}

/** Sizes that an autoscaler gives over time, applied as it gives them; `loads` in busy instances, one a minute. */
function follow(policy: ReturnType<typeof aPolicy>, loads: readonly number[], start: number): number[] {
  let size = start;
  let history: ScalingHistory = freshHistory(0, start);
  return loads.map((load, minute) => {
    const said = recommend(
      policy,
      size,
      { cpu: { warm: load, all: load }, loadBalancing: undefined },
      history,
      minute * MINUTE,
    );
    history = said.history;
    if (mayApply(policy.mode, size, said.size)) size = said.size;
    return size;
  });
}

const idle = (minutes: number): number[] => Array.from({ length: minutes }, () => 0.1);

describe('autoscaling', () => {
  test('grows at once to what the load needs at the target', () => {
    expect(follow(aPolicy(), [2], 2)).toEqual([4]);
    expect(follow(aPolicy(), [2.01], 2)).toEqual([5]);
  });

  test('shrinks to the peak of the last ten minutes only', () => {
    const sizes = follow(aPolicy(), [2, ...idle(12)], 2);
    expect(sizes.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => 4));
    expect(sizes.at(-1)).toBe(1);
  });

  test('a cool-down period longer than ten minutes keeps the peak as long', () => {
    const sizes = follow(aPolicy({ coolDownPeriodSec: 1200 }), [2, ...idle(22)], 2);
    expect(sizes[19]).toBe(4);
    expect(sizes.at(-1)).toBe(1);
  });

  test('a scale-in control limits how much goes within its time', () => {
    const policy = aPolicy({ scaleInControl: { maxScaledInReplicas: { fixed: 2 }, timeWindowSec: 600 } });
    const sizes = follow(policy, [4, ...idle(40)], 8);
    for (let minute = 10; minute < sizes.length; minute++) {
      const top = Math.max(...sizes.slice(minute - 10, minute));
      expect(sizes[minute]).toBeGreaterThanOrEqual(top - 2);
    }
    expect(sizes.at(-1)).toBeLessThan(8);
  });

  test('instances in their cool-down period are no reason to grow, but one not to shrink', () => {
    const booting = { cpu: { warm: 1, all: 9 }, loadBalancing: undefined };
    expect(recommend(aPolicy(), 4, booting, freshHistory(0, 4), 0).size).toBe(4);
  });

  test('the busiest signal decides, and without any signal the size stays', () => {
    const policy = aPolicy({ loadBalancingUtilization: { utilizationTarget: 0.8 } });
    const said = recommend(policy, 2, { cpu: { warm: 1, all: 1 }, loadBalancing: 4 }, freshHistory(0, 2), 0);
    expect(said.size).toBe(5);
    const blind = recommend(policy, 3, { cpu: undefined, loadBalancing: undefined }, freshHistory(0, 3), 0);
    expect(blind.size).toBe(3);
  });

  describe('with schedules', () => {
    const office = { schedule: '0 8 * * *', durationSec: 3600, minRequiredReplicas: 6 };
    const busy = (cpu: number | undefined, scheduled?: number) => ({
      cpu: cpu === undefined ? undefined : { warm: cpu, all: cpu },
      loadBalancing: undefined,
      scheduled,
    });

    test('an active one is a signal as others are: the larger decides, within the bounds', () => {
      const policy = aPolicy({ scalingSchedules: { office } });
      expect(recommend(policy, 2, busy(1, 6), freshHistory(0, 2), 0).size).toBe(6);
      expect(recommend(policy, 2, busy(4, 6), freshHistory(0, 2), 0).size).toBe(8);
      const beyond = recommend(policy, 2, busy(1, 12), freshHistory(0, 2), 0);
      expect(beyond.size).toBe(10);
      expect(beyond.details.map(({ type }) => type)).toContain('SCHEDULED_INSTANCES_GREATER_THAN_AUTOSCALER_MAX');
    });

    test('while nothing is measured it only makes the group larger', () => {
      const policy = aPolicy({ scalingSchedules: { office } });
      expect(recommend(policy, 8, busy(undefined, 6), freshHistory(0, 8), 0).size).toBe(8);
    });

    test('a group that goes by nothing else returns to its least size, ten minutes after the schedule is over', () => {
      const policy = autoscalingPolicy.parse({ minNumReplicas: 2, maxNumReplicas: 9, scalingSchedules: { office } });
      let [size, history] = [2, freshHistory(0, 2)];
      const sizes = Array.from({ length: 90 }, (_, minute) => {
        const said = recommend(policy, size, busy(0.1, minute < 60 ? 6 : undefined), history, minute * MINUTE);
        ({ size, history } = said);
        return size;
      });
      expect(sizes.slice(0, 70)).toEqual(Array.from({ length: 70 }, () => 6));
      expect(sizes.at(-1)).toBe(2);
    });

    test.each([
      [{ durationSec: 60 }, 'must be at least 300'],
      [{ timeZone: 'Mars' }, 'is not the IANA name of a time zone'],
      [{ schedule: 'daily' }, 'must have the five fields'],
    ])('a wrong one is refused: %j', (wrong, words) => {
      const given = { maxNumReplicas: 3, scalingSchedules: { office: { ...office, ...wrong } } };
      expect(autoscalingPolicy.safeParse(given).error?.issues[0]?.message).toContain(words);
    });
  });

  test('modes: OFF recommends only, ONLY_UP is ONLY_SCALE_OUT and never shrinks', () => {
    expect(follow(aPolicy({ mode: 'OFF' }), [4], 2)).toEqual([2]);
    expect(follow(aPolicy({ mode: 'ONLY_UP' }), [2, ...idle(30)], 2).at(-1)).toBe(4);
  });

  test('says when the load asks for more than the policy allows', () => {
    const said = recommend(
      aPolicy(),
      10,
      { cpu: { warm: 9, all: 9 }, loadBalancing: undefined },
      freshHistory(0, 10),
      0,
    );
    expect(said.size).toBe(10);
    expect(said.details).toContainEqual(expect.objectContaining({ type: 'CAPPED_AT_MAX_NUM_REPLICAS' }));
  });

  test('whatever the load, the size is within the bounds and never below the need that is within them', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 8, noNaN: true }), { maxLength: 40 }), (loads) => {
        const sizes = follow(aPolicy({ minNumReplicas: 2, maxNumReplicas: 9 }), loads, 3);
        sizes.forEach((size, minute) => {
          expect(size).toBeGreaterThanOrEqual(Math.min(9, Math.max(2, Math.ceil((loads[minute] ?? 0) / 0.5 - 1e-9))));
          expect(size).toBeLessThanOrEqual(9);
          const peak = Math.max(
            3,
            ...loads.slice(Math.max(0, minute - 10), minute + 1).map((load) => Math.ceil(load / 0.5)),
          );
          if (minute > 10) expect(size).toBeLessThanOrEqual(Math.max(peak, 2));
        });
      }),
    );
  });
});
