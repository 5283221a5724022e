import { serverGroupSchema } from '@gennaker/contracts/clouddriver';
import { trafficGuardSchema } from '@gennaker/contracts/traffic-guards';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CapacityLoss } from './capacity-loss.ts';
import { capacityAfter, capacityNow, judgeGuard, servingGroup, type ServingGroup } from './traffic-guard.ts';

const region = 'eu';
const guard = (minCapacityPercentage?: number) =>
  trafficGuardSchema.parse({ account: '*', location: '*', stack: '*', detail: '*', minCapacityPercentage });
const group = (name: string, healthy: number, more: Partial<ServingGroup> & { ill?: number } = {}): ServingGroup => {
  const { ill = 0, ...rest } = more;
  const instances = Array.from({ length: healthy + ill }, (_, index) => ({
    name: `${name}-i${index}`,
    healthy: index < healthy,
  }));
  return { name, enabled: true, wanted: healthy + ill, autoscaled: false, share: 1, instances, ...rest };
};
const all = (serverGroupName: string): CapacityLoss => ({ kind: 'all', region, serverGroupName });
const judged = (groups: readonly ServingGroup[], losses: readonly CapacityLoss[], percentage?: number) =>
  judgeGuard(guard(percentage), {
    operation: 'disableServerGroup',
    account: 'prod',
    region,
    cluster: 'app',
    groups,
    losses,
  });

test('the last server group that serves is not taken away, and the refusal has the numbers and the way out', () => {
  const groups = [group('app-v001', 0, { ill: 2 }), group('app-v002', 4)];
  expect(judged(groups, [all('app-v002')])).toEqual({
    summary:
      'A traffic guard refuses disableServerGroup: 0 of the 4 healthy instances that serve in cluster app in eu of prod would be left, and the guard (account *, location *, stack *, detail *) keeps at least one',
    evidence: expect.objectContaining({ healthyNow: 4, healthyAfter: 0, needed: 1, cluster: 'app' }),
    next: expect.stringContaining('edit the guard'),
  });
});

test('one of two may go, but not both at once', () => {
  const groups = [group('app-v001', 2), group('app-v002', 2)];
  expect(judged(groups, [all('app-v001')])).toBeNull();
  expect(judged(groups, [all('app-v001'), all('app-v002')])).not.toBeNull();
});

test('where nothing serves, or what goes does not serve, there is nothing to guard', () => {
  expect(judged([group('app-v001', 0, { ill: 3 })], [all('app-v001')])).toBeNull();
  expect(judged([group('app-v001', 3, { enabled: false, share: 0 })], [all('app-v001')])).toBeNull();
  const beside = [group('app-v001', 1), group('app-v002', 0, { ill: 9 })];
  expect(judged(beside, [all('app-v002')], 100)).toBeNull();
});

test('a share that stops serving passes, unless a percentage is to be kept', () => {
  const half: CapacityLoss = { kind: 'share', region, serverGroupName: 'app-v001', percentage: 50 };
  expect(judged([group('app-v001', 1)], [half])).toBeNull();
  expect(judged([group('app-v001', 4)], [half], 50)).toBeNull();
  expect(judged([group('app-v001', 4)], [half], 51)).not.toBeNull();
});

test('a percentage counts from one full version, so that a new one of the same size replaces the old one', () => {
  const both = [group('app-v001', 4), group('app-v002', 4)];
  expect(judged(both, [all('app-v001')], 100)).toBeNull();
  const early = [group('app-v001', 4), group('app-v002', 2, { ill: 2 })];
  expect(judged(early, [all('app-v001')], 75)).toMatchObject({
    summary: expect.stringContaining('2 of the 6 healthy instances'),
    evidence: { needed: 3, guard: { minCapacityPercentage: 75 } },
  });
});

test('a smaller size loses healthy instances in the worst case; bounds that leave room lose none', () => {
  const size = (more: object): CapacityLoss => ({ kind: 'size', region, serverGroupName: 'app-v001', ...more });
  const groups = [group('app-v001', 2, { ill: 2 })];
  expect(capacityAfter(groups, [size({ desired: 3 })])).toBe(1);
  expect(judged(groups, [size({ min: 0, max: 0, desired: 0 })])).not.toBeNull();
  expect(capacityAfter(groups, [size({ desired: 6 })])).toBe(2);
  const scaled = [group('app-v001', 4, { autoscaled: true })];
  expect(capacityAfter(scaled, [size({ min: 1, max: 10, desired: 1 })])).toBe(4);
  expect(capacityAfter(scaled, [size({ max: 3 })])).toBe(3);
  expect(capacityAfter(scaled, [size({ desired: 1 })])).toBe(1);
});

test('instances count where they serve, and those that are named twice once', () => {
  const ids = (...instanceIds: string[]): CapacityLoss => ({ kind: 'instances', region, instanceIds });
  const groups = [group('app-v001', 2, { ill: 1 })];
  expect(judged(groups, [ids('app-v001-i0')])).toBeNull();
  expect(judged(groups, [ids('app-v001-i0'), ids('app-v001-i0')])).toBeNull();
  expect(judged(groups, [ids('app-v001-i0', 'app-v001-i1')])).not.toBeNull();
  expect(judged(groups, [ids('app-v001-i2')], 100)).toBeNull();
});

test('a group behind load balancers serves where they find it healthy, one without where its machines run', () => {
  const view = (loadBalancers: string[], health: object[]) =>
    serverGroupSchema.parse({
      name: 'app-v001',
      account: 'prod',
      region,
      cluster: 'app',
      application: 'app',
      cloudProvider: 'gce',
      type: 'gce',
      createdTime: 1,
      isDisabled: false,
      moniker: { app: 'app', cluster: 'app', sequence: 1 },
      capacity: { min: 1, max: 1, desired: 1 },
      instanceCounts: { total: 1, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 1 },
      instances: [{ id: 'i', name: 'i', healthState: 'Unknown', health }],
      loadBalancers,
      seenAt: 0,
    });
  const machine = { type: 'Google', healthClass: 'platform', state: 'Unknown' };
  const serves = (loadBalancers: string[], health: object[], share?: number) =>
    capacityNow([servingGroup(view(loadBalancers, health), share, 'Google')]);
  expect(serves([], [machine])).toBe(1);
  expect(serves(['lb'], [machine])).toBe(0);
  expect(serves(['lb'], [machine, { type: 'LoadBalancer', state: 'Up' }])).toBe(1);
  expect(serves(['lb'], [machine, { type: 'LoadBalancer', state: 'Up' }], 25)).toBe(0.25);
});

const names = ['app-v001', 'app-v002', 'app-v003'];
const anyGroups = fc.tuple(
  ...names.map((name) =>
    fc
      .record({
        healthy: fc.nat(5),
        ill: fc.nat(3),
        enabled: fc.boolean(),
        share: fc.constantFrom(0.25, 0.5, 1),
        autoscaled: fc.boolean(),
      })
      .map(({ healthy, enabled, share, ...rest }) =>
        group(name, healthy, { ...rest, enabled, share: enabled ? share : 0 }),
      ),
  ),
);
const anyLoss: fc.Arbitrary<CapacityLoss> = fc.oneof(
  fc.record({
    kind: fc.constant('all' as const),
    region: fc.constant(region),
    serverGroupName: fc.constantFrom(...names),
  }),
  fc.record({
    kind: fc.constant('share' as const),
    region: fc.constant(region),
    serverGroupName: fc.constantFrom(...names),
    percentage: fc.integer({ min: 1, max: 99 }),
  }),
  fc.record({
    kind: fc.constant('size' as const),
    region: fc.constant(region),
    serverGroupName: fc.constantFrom(...names),
    desired: fc.nat(9),
  }),
  fc.record({
    kind: fc.constant('instances' as const),
    region: fc.constant(region),
    instanceIds: fc.array(
      fc.nat(20).map((n) => `${names[n % 3]}-i${n % 7}`),
      { minLength: 1, maxLength: 4 },
    ),
  }),
);
const anyLosses = fc.array(anyLoss, { minLength: 1, maxLength: 4 });

test('whatever passes leaves enough, and whatever takes nothing away passes', () => {
  fc.assert(
    fc.property(anyGroups, anyLosses, fc.integer({ min: 0, max: 100 }), (groups, losses, percentage) => {
      const now = capacityNow(groups);
      const after = capacityAfter(groups, losses);
      const whole = Math.max(0, ...groups.filter(({ enabled }) => enabled).map(({ wanted }) => wanted));
      const refused = judged(groups, losses, percentage) !== null;
      if (refused) expect(after).toBeLessThan(now);
      else if (after < now) {
        expect(after).toBeGreaterThanOrEqual((whole * percentage) / 100);
        if (losses.some(({ kind }) => kind !== 'share')) expect(after).toBeGreaterThan(0);
      }
    }),
  );
});

test('losses together take at least as much as each alone, in any order, and what is repeated nothing more', () => {
  fc.assert(
    fc.property(anyGroups, anyLosses, (groups, losses) => {
      const together = capacityAfter(groups, losses);
      for (const loss of losses) expect(together).toBeLessThanOrEqual(capacityAfter(groups, [loss]));
      expect(capacityAfter(groups, losses.toReversed())).toBe(together);
      expect(capacityAfter(groups, [...losses, ...losses])).toBe(together);
      expect(together).toBeLessThanOrEqual(capacityNow(groups));
    }),
  );
});

test('a stricter guard never lets pass what a laxer one refuses', () => {
  fc.assert(
    fc.property(anyGroups, anyLosses, fc.nat(50), fc.nat(50), (groups, losses, lax, more) => {
      if (judged(groups, losses, lax) !== null) expect(judged(groups, losses, lax + more)).not.toBeNull();
    }),
  );
});
