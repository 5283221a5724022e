import type { Compute, MutateOptions } from '../compute.ts';
import { failedAs } from '../errors.ts';
import { type GroupAddress, managedInstances } from '../groups.ts';
import { type Backend, type BackendService, groupSchema, sameResource } from '../resources.ts';
import type { LoadBalancingPolicy } from '../schema.ts';
import { findResource, linkTo, serviceOf } from '../load-balancers/collections.ts';
import { differences } from '../load-balancers/difference.ts';
import { takesShares, type TrafficTarget } from './targets.ts';

/** A group as it is put behind load balancers. */
export interface TrafficGroup {
  readonly name: string;
  /** Of its instance group. */
  readonly link: string;
  readonly address: GroupAddress;
}

/** How much of a group serves, and how: its policy, and the part of its capacity, 1 to 100 %. */
export interface TrafficShare {
  readonly policy: LoadBalancingPolicy | null;
  readonly percentage: number;
}

/** Puts a group behind a target, or changes how it is behind it. Answers false when it was so already. */
export function attach(
  compute: Compute,
  target: TrafficTarget,
  group: TrafficGroup,
  share: TrafficShare,
  options: (part: string) => MutateOptions,
): Promise<boolean> {
  return target.kind === 'targetPool'
    ? joinPool(compute, target, group, options)
    : editBackends(compute, target, options('attach'), (service) => withBackend(target, service, group, share));
}

/** Puts a group into a backend service exactly as it was there. Answers false when it is so already. */
export function restoreBackend(
  compute: Compute,
  target: TrafficTarget,
  group: TrafficGroup,
  backend: Backend,
  options: MutateOptions,
): Promise<boolean> {
  return editBackends(compute, target, options, (service) => {
    const backends = service.backends ?? [];
    const others = backends.filter((each) => !sameResource(each.group, group.link));
    const [now] = backends.filter((each) => sameResource(each.group, group.link));
    return now && differences(now, backend).length === 0 ? null : [...others, backend];
  });
}

/** Takes a group out of a target. Answers false when it was not there, or the target is gone. */
export function detach(
  compute: Compute,
  target: TrafficTarget,
  group: TrafficGroup,
  options: (part: string) => MutateOptions,
): Promise<boolean> {
  return target.kind === 'targetPool'
    ? leavePool(compute, target, group, options)
    : editBackends(compute, target, options('detach'), (service) => withoutBackend(service, group), true);
}

function withBackend(target: TrafficTarget, service: BackendService, group: TrafficGroup, share: TrafficShare) {
  const backends = service.backends ?? [];
  const existing = backends.find((backend) => sameResource(backend.group, group.link));
  const wanted = backendOf(target, group, share);
  if (!existing) return [...backends, wanted];
  const asked = share.policy ? wanted : { capacityScaler: wanted['capacityScaler'] };
  if (differences(existing, asked).length === 0) return null;
  return backends.map((backend) =>
    backend === existing ? (share.policy ? wanted : { ...backend, ...asked }) : backend,
  );
}

function withoutBackend(service: BackendService, group: TrafficGroup) {
  const backends = service.backends ?? [];
  const kept = backends.filter((backend) => !sameResource(backend.group, group.link));
  return kept.length === backends.length ? null : kept;
}

/** A group as a backend. What passes connections through knows no capacity: it counts connections, and shares them evenly. */
export function backendOf(
  target: TrafficTarget,
  group: Pick<TrafficGroup, 'link'>,
  { policy, percentage }: TrafficShare,
): Record<string, unknown> {
  if (!takesShares(target)) return { group: group.link, balancingMode: 'CONNECTION' };
  const mode = policy?.balancingMode ?? 'UTILIZATION';
  const scaler = ((policy?.capacityScaler ?? 1) * percentage) / 100;
  return {
    group: group.link,
    balancingMode: mode,
    capacityScaler: Math.round(scaler * 1_000) / 1_000,
    ...(mode === 'UTILIZATION' ? { maxUtilization: policy?.maxUtilization ?? 0.8 } : {}),
    ...(mode === 'RATE' && policy?.maxRatePerInstance ? { maxRatePerInstance: policy.maxRatePerInstance } : {}),
    ...(mode === 'CONNECTION' && policy?.maxConnectionsPerInstance
      ? { maxConnectionsPerInstance: policy.maxConnectionsPerInstance }
      : {}),
  };
}

const underWay = new WeakMap<Compute, Set<string>>();
/** How often somebody who waits for a turn looks, ms. By the account's clock, so that virtual time goes on meanwhile. */
const TURN_MS = 20;

/** One writer of this process at a time for each backend service; those of other processes meet by its fingerprint. */
async function inTurn<T>(compute: Compute, target: TrafficTarget, run: () => Promise<T>): Promise<T> {
  const taken = underWay.get(compute) ?? new Set<string>();
  underWay.set(compute, taken);
  const key = `${target.region}/${target.name}`;
  while (taken.has(key)) await compute.sleep(TURN_MS);
  taken.add(key);
  try {
    return await run();
  } finally {
    taken.delete(key);
  }
}

/** Reads the backends, edits them and writes the whole service back under its fingerprint: PATCH cannot empty a list. */
function editBackends(
  compute: Compute,
  target: TrafficTarget,
  options: MutateOptions,
  edit: (service: BackendService) => readonly object[] | null,
  absentIsFine = false,
): Promise<boolean> {
  const { service, scope } = serviceOf('backendServices', target.region);
  const place = { collection: 'backendServices', region: target.region, name: target.name } as const;
  return inTurn(compute, target, () =>
    compute.edit(
      () => findResource(compute, place, options.signal),
      service,
      'update',
      (current) => {
        if (!current) {
          if (absentIsFine) return null;
          throw new Error(
            `Backend service ${target.name} of load balancer ${target.loadBalancer} does not exist any more; upsert that load balancer again.`,
          );
        }
        const backends = edit(current);
        return backends && { ...scope, backendService: target.name, backendServiceResource: { ...current, backends } };
      },
      options,
    ),
  );
}

/** New instances first: none that starts in between is missed. */
async function joinPool(
  compute: Compute,
  target: TrafficTarget,
  group: TrafficGroup,
  options: (part: string) => MutateOptions,
): Promise<boolean> {
  const place = { collection: 'targetPools', region: target.region, name: target.name } as const;
  const pool = linkTo(compute.project, place);
  const joined = await editPools(compute, group, options('group'), (pools) =>
    pools.some((each) => sameResource(each, pool)) ? null : [...pools, pool],
  );
  const current = await findResource(compute, place);
  if (!current)
    throw new Error(
      `Target pool ${target.name} of load balancer ${target.loadBalancer} does not exist any more; upsert that load balancer again.`,
    );
  const missing = (await instancesOf(compute, group)).filter(
    (link) => !(current.instances ?? []).some((each) => sameResource(each, link)),
  );
  if (missing.length > 0) await addToPool(compute, target, missing, options('instances'));
  return joined || missing.length > 0;
}

async function leavePool(
  compute: Compute,
  target: TrafficTarget,
  group: TrafficGroup,
  options: (part: string) => MutateOptions,
): Promise<boolean> {
  const place = { collection: 'targetPools', region: target.region, name: target.name } as const;
  const pool = linkTo(compute.project, place);
  const left = await editPools(
    compute,
    group,
    options('group'),
    (pools) =>
      pools.some((each) => sameResource(each, pool)) ? pools.filter((each) => !sameResource(each, pool)) : null,
    true,
  );
  const current = await findResource(compute, place);
  if (!current) return left;
  const members = await membersOf(compute, group);
  const mine = (current.instances ?? []).filter((link) => members.some((each) => sameResource(each, link)));
  if (mine.length > 0) await removeFromPool(compute, target, mine, options('instances'));
  return left || mine.length > 0;
}

/** Links of all instances of a group, those that come or go too; none when the group is gone. Names alone do not tell whose they are. */
async function membersOf(compute: Compute, group: TrafficGroup): Promise<string[]> {
  try {
    const managed = await managedInstances(compute, group.address, group.name);
    return managed.flatMap(({ instance }) => instance ?? []);
  } catch (error) {
    if (!failedAs(error, 'notFound')) throw error;
    return [];
  }
}

async function editPools(
  compute: Compute,
  group: TrafficGroup,
  options: MutateOptions,
  edit: (pools: readonly string[]) => readonly string[] | null,
  absentIsFine = false,
): Promise<boolean> {
  const regional = 'region' in group.address.scope;
  const at = { ...group.address.scope, instanceGroupManager: group.name };
  const request = `${regional ? 'regionI' : 'i'}nstanceGroupManagersSetTargetPoolsRequestResource`;
  return compute.edit(
    () => compute.find(group.address.service, 'get', at, groupSchema, options.signal),
    group.address.service,
    'setTargetPools',
    (current) => {
      if (!current) {
        if (absentIsFine) return null;
        throw new Error(`Server group ${group.name} does not exist any more.`);
      }
      const pools = edit(current.targetPools ?? []);
      return pools && { ...at, [request]: { targetPools: pools, fingerprint: current.fingerprint } };
    },
    options,
  );
}

/** Links of a group's instances that exist. */
async function instancesOf(compute: Compute, group: TrafficGroup): Promise<string[]> {
  const managed = await managedInstances(compute, group.address, group.name);
  return managed.flatMap((entry) =>
    entry.instance && entry.instanceStatus && !/DELETING|ABANDONING/.test(entry.currentAction ?? '')
      ? [entry.instance]
      : [],
  );
}

/** Puts instances into a pool. */
export async function addToPool(
  compute: Compute,
  target: Pick<TrafficTarget, 'name' | 'region'>,
  links: readonly string[],
  options: MutateOptions,
): Promise<void> {
  await compute.mutate(
    'TargetPools',
    'addInstance',
    {
      region: target.region,
      targetPool: target.name,
      targetPoolsAddInstanceRequestResource: { instances: links.map((instance) => ({ instance })) },
    },
    options,
  );
}

/** Takes instances out of a pool. */
export async function removeFromPool(
  compute: Compute,
  target: Pick<TrafficTarget, 'name' | 'region'>,
  links: readonly string[],
  options: MutateOptions,
): Promise<void> {
  await compute.mutate(
    'TargetPools',
    'removeInstance',
    {
      region: target.region,
      targetPool: target.name,
      targetPoolsRemoveInstanceRequestResource: { instances: links.map((instance) => ({ instance })) },
    },
    options,
  );
}
