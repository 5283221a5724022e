import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { balancerOf, groupOf, serviceOf, shares, targets } from './balancer.fixture.ts';
import type { GroupCapacity, TrafficGroup } from './data-plane.ts';
import { tokenOf } from './affinity.ts';
import { WeightedTurns } from './weighted-turns.ts';

const CHOICES = 100_000;
/** Two percentage points: what a measured share may be off its configuration. */
const TOLERANCE = 0.02;

function group(name: string, count: number, capacity: Partial<GroupCapacity> = {}): TrafficGroup {
  return groupOf(name, targets(name, count), capacity);
}

const scaler = fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 1, noNaN: true }));
const configuration = fc.record({
  mode: fc.constantFrom('RATE' as const, 'CONNECTION' as const),
  groups: fc
    .array(fc.record({ count: fc.integer({ min: 1, max: 8 }), limit: fc.integer({ min: 10, max: 1000 }), scaler }), {
      minLength: 2,
      maxLength: 5,
    })
    .filter((groups) => groups.some((each) => each.scaler > 0)),
});

describe('a balancer below saturation', () => {
  test('shares 100,000 choices out by capacity times scaler, within 2 points, whatever the configuration', () => {
    fc.assert(
      fc.property(configuration, ({ mode, groups }) => {
        const limits = groups.map(({ limit, count }) => limit * count);
        const { balancer } = balancerOf(
          serviceOf(
            groups.map((each, i) =>
              group(`g${i}`, each.count, {
                mode,
                scaler: each.scaler,
                [mode === 'RATE' ? 'rate' : 'connections']: limits[i],
              }),
            ),
          ),
        );
        const total = groups.reduce((sum, each, i) => sum + (limits[i] ?? 0) * each.scaler, 0);
        // RATE: half of what the groups take together, evenly in time.
        const chosen = Array.from({ length: CHOICES }, (_, i) => balancer.choose({ now: (i * 2000) / total }));
        const byGroup = shares(chosen.map((choice) => choice?.group.group));
        for (const [i, each] of groups.entries()) {
          const expected = ((limits[i] ?? 0) * each.scaler) / total;
          expect(Math.abs((byGroup.get(`g${i}`) ?? 0) - expected)).toBeLessThan(TOLERANCE);
        }
        const byInstance = shares(chosen.map((choice) => choice?.target.instance));
        for (const [i, each] of groups.entries()) {
          for (let k = 0; k < each.count; k++) {
            const even = (byGroup.get(`g${i}`) ?? 0) / each.count;
            expect(Math.abs((byInstance.get(`g${i}-${k}`) ?? 0) - even)).toBeLessThan(TOLERANCE);
          }
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  test('shares out by the number of instances that accept where no limits are set', () => {
    const { balancer } = balancerOf(serviceOf([group('a', 1), group('b', 3)]));
    const byGroup = shares(Array.from({ length: 400 }, () => balancer.choose({ now: 0 })?.group.group));
    expect(byGroup.get('a')).toBeCloseTo(0.25, 5);
  });

  test('a group with capacityScaler 0, or without an instance that accepts, gets nothing', () => {
    const { balancer } = balancerOf(
      serviceOf([
        group('a', 2),
        group('drained', 2, { scaler: 0 }),
        { ...group('sick', 0), targets: targets('sick', 2, { accepts: false }) },
      ]),
    );
    const byGroup = shares(Array.from({ length: 100 }, () => balancer.choose({ now: 0 })?.group.group));
    expect([...byGroup.keys()]).toEqual(['a']);
  });

  test('failover groups take traffic only while no other accepts any', () => {
    const spare = { ...group('spare', 1), failover: true };
    const { balancer } = balancerOf(serviceOf([group('a', 1), spare]));
    expect(balancer.choose({ now: 0 })?.group.group).toBe('a');
    balancer.update(serviceOf([{ ...group('a', 0), targets: targets('a', 1, { accepts: false }) }, spare]));
    expect(balancer.choose({ now: 0 })?.group.group).toBe('spare');
  });
});

describe('a balancer at saturation', () => {
  test('CONNECTION: a group at its limit is passed over until all are, then all share again', () => {
    const { balancer, active } = balancerOf(
      serviceOf([group('a', 1, { connections: 10 }), group('b', 1, { connections: 10 })]),
    );
    active.set('a', 10);
    expect(shares(Array.from({ length: 20 }, () => balancer.choose({ now: 0 })?.group.group)).get('b')).toBe(1);
    active.set('b', 10);
    expect(shares(Array.from({ length: 20 }, () => balancer.choose({ now: 0 })?.group.group)).get('a')).toBe(0.5);
  });

  test('RATE: what sticks to a group counts, and the rest goes where there is capacity left', () => {
    const { balancer } = balancerOf(
      serviceOf([group('a', 1, { mode: 'RATE', rate: 100 }), group('b', 1, { mode: 'RATE', rate: 100 })]),
    );
    // 100 requests a second stick to a; 80 more are free: b has room for all of them.
    const free: (string | undefined)[] = [];
    for (let i = 0; i < 5000; i++) {
      balancer.choose({ now: i * 10, preference: { token: tokenOf('a-0') } });
      if (i % 5 !== 0) free.push(balancer.choose({ now: i * 10 + 5 })?.group.group);
    }
    expect(shares(free.slice(1000)).get('b')).toBeGreaterThan(0.95);
  });

  test('UTILIZATION: busy instances make a group full; what nobody measures counts as spare', () => {
    const busy = group('a', 1, { mode: 'UTILIZATION', utilization: 0.8 });
    const idle = group('b', 1, { mode: 'UTILIZATION', utilization: 0.8 });
    const used = balancerOf(serviceOf([busy, idle]), { 'a-0': 0.9, 'b-0': 0.1 });
    expect(shares(Array.from({ length: 20 }, () => used.balancer.choose({ now: 0 })?.group.group)).get('b')).toBe(1);
    const unknown = balancerOf(serviceOf([busy, idle]));
    expect(shares(Array.from({ length: 20 }, () => unknown.balancer.choose({ now: 0 })?.group.group)).get('b')).toBe(
      0.5,
    );
  });

  test('LEAST_REQUEST takes the instance with the least under way', () => {
    const { balancer, active } = balancerOf(serviceOf([group('a', 3)], { within: 'LEAST_REQUEST' }));
    active.set('a-0', 3).set('a-1', 1).set('a-2', 2);
    expect(balancer.choose({ now: 0 })?.target.instance).toBe('a-1');
    expect(balancer.choose({ now: 0 })?.target.instance).toBe('a-1');
  });
});

describe('affinity', () => {
  const clients = Array.from({ length: 2000 }, (_, i) => `127.0.${i >> 8}.${i & 255}`);

  test('a hash stays at its instance, spreads clients, and moves only the share of an instance that comes', () => {
    const { balancer } = balancerOf(serviceOf([group('a', 4)]));
    const ask = (): (string | undefined)[] =>
      clients.map((hash) => balancer.choose({ now: 0, preference: { hash } })?.target.instance);
    const before = ask();
    expect(ask()).toEqual(before);
    for (const [, share] of shares(before)) expect(Math.abs(share - 0.25)).toBeLessThan(0.05);
    balancer.update(serviceOf([group('a', 5)]));
    const after = ask();
    const moved = clients.filter((_, i) => before[i] !== after[i]);
    expect(moved.every((client) => after[clients.indexOf(client)] === 'a-4')).toBe(true);
    expect(Math.abs(moved.length / clients.length - 0.2)).toBeLessThan(0.05);
  });

  test('a token keeps its instance over changes of others, and is given up when that one accepts no more', () => {
    const { balancer } = balancerOf(serviceOf([group('a', 3), group('b', 1)]));
    const preference = { token: tokenOf('a-2') };
    const ask = (): string | undefined => balancer.choose({ now: 0, preference })?.target.instance;
    expect([ask(), ask()]).toEqual(['a-2', 'a-2']);
    balancer.update(serviceOf([group('a', 3)]));
    expect(ask()).toBe('a-2');
    balancer.update(serviceOf([group('a', 2)]));
    expect(ask()).not.toBe('a-2');
  });
});

describe('what a balancer passes over', () => {
  test('instances that were tried, and those that the client may not reach', () => {
    const { balancer } = balancerOf(serviceOf([group('a', 3)]));
    const choice = balancer.choose({
      now: 0,
      tried: new Set(['a-0']),
      admits: ({ instance }) => instance !== 'a-1',
    });
    expect(choice?.target.instance).toBe('a-2');
    expect(balancer.choose({ now: 0, tried: new Set(['a-0', 'a-1', 'a-2']) })).toBeUndefined();
    expect(choice !== undefined && balancer.stands(choice)).toBe(true);
    balancer.update(serviceOf([group('a', 2)]));
    expect(choice !== undefined && balancer.stands(choice)).toBe(false);
  });
});

describe('WeightedTurns', () => {
  test('every key has its share to within one turn at any time', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 })
          .filter((all) => all.some((w) => w > 0)),
        (weights) => {
          const turns = new WeightedTurns();
          const keyed = weights.map((weight, i) => [`k${i}`, weight] as const);
          const sum = weights.reduce((a, b) => a + b, 0);
          const counts = new Map<string, number>();
          for (let turn = 1; turn <= 200; turn++) {
            const key = turns.next(keyed) ?? '';
            counts.set(key, (counts.get(key) ?? 0) + 1);
            for (const [name, weight] of keyed) {
              expect(Math.abs((counts.get(name) ?? 0) - (turn * weight) / sum)).toBeLessThanOrEqual(keyed.length);
            }
          }
          expect(turns.next(keyed.map(([name]) => [name, 0]))).toBeUndefined();
        },
      ),
      { numRuns: 50 },
    );
  });
});
