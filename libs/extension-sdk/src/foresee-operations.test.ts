import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ForeseenGroup } from '@gennaker/contracts/foresight';
import { trafficGuardSchema } from '@gennaker/contracts/traffic-guards';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreseeOperations, type ForeseenOperation, releaseOf, servingNow } from './foresee-operations.ts';
import { afterChange, type GroupChange, healthyGroup } from './group-change.ts';
import { capacityNow } from './traffic-guard.ts';

const at = { account: 'local-gce', region: 'us-central1', cluster: 'hello-prod' };
const described = (name: string, desired: number, more: Partial<ServerGroup> = {}): ServerGroup => ({
  ...{ ...at, name, application: 'hello', cloudProvider: 'gce', type: 'gce', createdTime: 1, seenAt: 1 },
  moniker: { app: 'hello', cluster: 'hello-prod' },
  isDisabled: false,
  capacity: { min: desired, max: desired, desired },
  instances: [],
  instanceCounts: { total: 0, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 0 },
  loadBalancers: ['hello-lb'],
  ...more,
});
const v1 = { region: at.region, serverGroupName: 'hello-prod-v001' };
const one = (desired: number, more?: Partial<ServerGroup>) => [
  healthyGroup(described('hello-prod-v001', desired, more)),
];
const capacity = (groups: readonly ForeseenGroup[]) => capacityNow(groups.map((group) => servingNow(group, 'Google')));
const operation = (becomes: readonly GroupChange[] | undefined, description: object = {}): ForeseenOperation => ({
  ...{ account: at.account, operation: 'change', losses: [], description: { ...description }, becomes },
});
const guard = trafficGuardSchema.parse({ account: '*', location: '*', stack: '*', detail: '*' });
const foreseen = (groups: readonly ForeseenGroup[], ...operations: ForeseenOperation[]) =>
  foreseeOperations({ readGuards: async () => [guard], platformHealth: 'Google' }, at, groups, operations);

describe('a server group that is foreseen', () => {
  it('serves by as many instances as it is to have, and by the share that is asked for', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), fc.nat(100), (from, to, percentage) => {
        const sized = afterChange(one(from), { ...v1, kind: 'size', desired: to });
        expect(sized[0]?.view.instances).toHaveLength(to);
        const served = afterChange(sized, { ...v1, kind: 'traffic', percentage });
        expect(capacity(served)).toBeCloseTo((to * percentage) / 100);
        expect(served[0]?.view.isDisabled).toBe(percentage === 0);
      }),
    );
  });

  it('loses healthy instances first, as nobody knows which go', () => {
    const [group] = one(3);
    const [first, ...rest] = group?.view.instances ?? [];
    const down = { type: 'LoadBalancer', state: 'Down' as const };
    const view = {
      ...described('hello-prod-v001', 3),
      instances: [{ ...first, health: [down], healthState: 'Down' }, ...rest],
    };
    const left = afterChange([{ view: view as ServerGroup }], { ...v1, kind: 'size', desired: 1 });
    expect(capacity(left)).toBe(0);
  });

  it('stays within the bounds of its autoscaler, which rests when it is emptied', () => {
    const scaled = one(4, { capacity: { min: 2, max: 8, desired: 4 }, autoscalingPolicy: { mode: 'ON' } });
    const sized = (min: number, max: number) =>
      afterChange(scaled, { ...v1, kind: 'size', min, max, desired: 6 })[0]?.view;
    expect(sized(1, 9)?.capacity).toEqual({ min: 1, max: 9, desired: 4 });
    expect(sized(6, 9)?.capacity.desired).toBe(6);
    expect(sized(0, 0)).toMatchObject({ capacity: { desired: 0 }, autoscalingPolicy: { mode: 'OFF' } });
  });

  it('without load balancers works on when it is disabled', () => {
    const off = afterChange(one(2, { loadBalancers: [] }), { ...v1, kind: 'traffic', percentage: 0 });
    expect(off[0]?.view.isDisabled).toBe(true);
    expect(capacity(off)).toBe(2);
  });
});

describe('holds that are foreseen', () => {
  const held = (name: string) => ({ hold: { name, reason: 'for now' } });

  it('bring back what was held, and nothing else', async () => {
    const pinned = operation([{ ...v1, kind: 'size', desired: 5 }], held('pin'));
    const off = operation([{ ...v1, kind: 'traffic', percentage: 0 }]);
    const { groups } = await foreseen(one(3), pinned, pinned, off);
    const release = releaseOf(groups, at, { serverGroupName: v1.serverGroupName, holds: ['pin'] });
    const [back] = (await foreseen(groups, ...release)).groups;
    expect(back?.view).toMatchObject({ isDisabled: true, capacity: { desired: 3 } });
    expect(back?.held).toEqual({});
  });

  it('bring back nothing once they are permanent', async () => {
    const part = operation([{ ...v1, kind: 'traffic', percentage: 40 }], held('share'));
    const good = operation([{ ...v1, kind: 'traffic', percentage: 0 }], { settlesHolds: ['share'] });
    const half = await foreseen(one(3), part);
    expect(releaseOf(half.groups, at, v1)).toMatchObject([{ becomes: [{ kind: 'traffic', percentage: 100 }] }]);
    expect(releaseOf((await foreseen(half.groups, good)).groups, at, v1)).toEqual([]);
  });
});

it('what nobody can foresee ends the look, and so does a change of another cluster', async () => {
  expect((await foreseen(one(3), operation(undefined))).unknown).toContain('change');
  const other = operation([{ region: at.region, serverGroupName: 'other-v001', kind: 'gone' }]);
  expect((await foreseen(one(3), other)).unknown).toContain('hello-prod');
});
