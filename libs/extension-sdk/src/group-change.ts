import type { Capacity, Instance } from '@gennaker/contracts/cloud-views';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ForeseenGroup } from '@gennaker/contracts/foresight';
import { z } from 'zod';
import { platformHealthOf } from './server-group-health.ts';

/**
 * What an operation makes of a server group. `gone`: it exists no more. `traffic`: so many percent of it serve from then on.
 * `size`: it has these bounds, of which those that are absent stay.
 */
export type GroupChange = { readonly region: string; readonly serverGroupName: string } & (
  | { readonly kind: 'gone' }
  | { readonly kind: 'traffic'; readonly percentage: number }
  | {
      readonly kind: 'size';
      readonly min?: number | undefined;
      readonly max?: number | undefined;
      readonly desired?: number | undefined;
    }
);

const policySchema = z.looseObject({ mode: z.string().optional() });

/** Server groups after a change, once it has settled: whatever serves more than before is healthy then. */
export function afterChange(groups: readonly ForeseenGroup[], change: GroupChange): ForeseenGroup[] {
  return groups.flatMap((group) => {
    if (group.view.name !== change.serverGroupName || group.view.region !== change.region) return [group];
    if (change.kind === 'gone') return [];
    return [change.kind === 'traffic' ? served(group, change.percentage) : sized(group, change)];
  });
}

/** A server group with as many healthy instances as its capacity says; which it has now is not looked at. */
export function healthyGroup(described: ServerGroup): ForeseenGroup {
  return { view: withInstances(described, resized(described, [], described.capacity.desired)) };
}

function served({ view, held }: ForeseenGroup, percentage: number): ForeseenGroup {
  const isDisabled = percentage === 0;
  const kept = held ? { held } : {};
  if (isDisabled) return { view: { ...view, isDisabled }, ...kept };
  const instances = view.isDisabled ? resized({ ...view, isDisabled }, [], view.instances.length) : view.instances;
  return {
    view: withInstances({ ...view, isDisabled }, instances),
    ...(percentage < 100 ? { percentage } : {}),
    ...kept,
  };
}

function sized(group: ForeseenGroup, { min, max, desired }: GroupChange & { readonly kind: 'size' }): ForeseenGroup {
  const { view } = group;
  const policy = policySchema.safeParse(view['autoscalingPolicy']).data;
  const capacity = policy
    ? scaledCapacity(view.capacity, { min, max, desired }, policy.mode === 'OFF')
    : fixedCapacity(view.capacity, { min, max, desired });
  // An autoscaler rests while its server group is to be empty.
  const rests = policy && capacity.max === 0;
  const instances = resized(view, view.instances, capacity.desired);
  return {
    ...group,
    view: {
      ...withInstances(view, instances),
      capacity,
      ...(rests ? { autoscalingPolicy: { ...policy, mode: 'OFF' } } : {}),
    },
  };
}

type Bounds = Partial<{ readonly [K in keyof Capacity]: number | undefined }>;

function fixedCapacity(now: Capacity, { min, max, desired }: Bounds): Capacity {
  const size = desired ?? within(now.desired, min ?? 0, max ?? Infinity);
  return { min: size, max: size, desired: size };
}

function scaledCapacity(now: Capacity, { min, max, desired }: Bounds, rests: boolean): Capacity {
  const only = min === undefined && max === undefined ? desired : undefined;
  const [lower, upper] = [min ?? only ?? now.min, max ?? only ?? now.max];
  return { min: lower, max: upper, desired: within((rests ? desired : undefined) ?? now.desired, lower, upper) };
}

const within = (size: number, lower: number, upper: number): number => Math.min(Math.max(size, lower), upper);

/** As many instances: new ones are healthy, and those that go are healthy ones first, as nobody knows which do. */
function resized(
  {
    name,
    cloudProvider,
    loadBalancers,
    isDisabled,
  }: Pick<ServerGroup, 'name' | 'cloudProvider' | 'loadBalancers' | 'isDisabled'>,
  now: readonly Instance[],
  size: number,
): Instance[] {
  if (size <= now.length) return now.toSorted((a, b) => Number(isUp(a)) - Number(isUp(b))).slice(0, size);
  const balanced = loadBalancers.length > 0 && !isDisabled;
  const made = Array.from({ length: size - now.length }, (_, at): Instance => {
    const id = `${name}-foreseen-${now.length + at + 1}`;
    return {
      id,
      name: id,
      healthState: 'Up',
      health: [
        { type: platformHealthOf(cloudProvider) ?? 'platform', state: 'Unknown', healthClass: 'platform' },
        ...(balanced ? [{ type: 'LoadBalancer', state: 'Up' as const, healthClass: null }] : []),
      ],
    };
  });
  return [...now, ...made];
}

const isUp = ({ healthState }: Instance): boolean => healthState === 'Up';

function withInstances(view: ServerGroup, instances: Instance[]): ServerGroup {
  const count = (state: Instance['healthState']): number =>
    instances.filter(({ healthState }) => healthState === state).length;
  return {
    ...view,
    instances,
    instanceCounts: {
      total: instances.length,
      up: count('Up'),
      down: count('Down'),
      starting: count('Starting'),
      outOfService: count('OutOfService'),
      unknown: count('Unknown'),
    },
  };
}
