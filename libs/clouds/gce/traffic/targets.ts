import type { Compute } from '../compute.ts';
import { type Backend, type BackendService, type Group, lastPart, sameResource } from '../resources.ts';
import type { LoadBalancingPolicy } from '../schema.ts';
import { type LoadBalancer, passesThrough, rulePort } from '../load-balancers/balancer.ts';
import { checkedPort } from '../load-balancers/checks.ts';
import { findResource, GLOBAL, placeOf } from '../load-balancers/collections.ts';
import { findLoadBalancer, findLoadBalancerFor, listLoadBalancers, listOf } from '../load-balancers/read.ts';
import type { LoadBalancerType } from '../load-balancers/schema.ts';

/** What a group is put into to get the requests of a load balancer. JSON, so that journals keep it. */
export interface TrafficTarget {
  readonly kind: 'backendService' | 'targetPool';
  readonly name: string;
  /** GLOBAL, or the region of the service or pool. */
  readonly region: string;
  readonly loadBalancer: string;
  /** GLOBAL, or the region of the load balancer. */
  readonly loadBalancerRegion: string;
  readonly loadBalancerType: LoadBalancerType;
  /** How long open connections are served after a group is taken out, s. */
  readonly drainSec: number;
  /** The groups' named port that is spoken to; null where connections are handed on to the port of the rule. */
  readonly portName: string | null;
}

/** Which backend services of a load balancer with several a group is meant for. */
export type ChosenBackends = Readonly<Record<string, readonly string[]>>;

/**
 * Where a group of a region is to be put, for the load balancers that it is meant for: those of the region, or else
 * global ones.
 * @param chosen backend services by load balancer; `names`: the same by name alone, as metadata keeps them
 * @throws Error naming a load balancer that does not exist, or one with several backend services of which none is chosen
 */
export async function findTargets(
  compute: Compute,
  region: string,
  loadBalancers: readonly string[],
  chosen: ChosenBackends = {},
  names: readonly string[] = [],
): Promise<TrafficTarget[]> {
  const found = await Promise.all(
    [...new Set(loadBalancers)].map(async (name) => {
      const balancer = await findLoadBalancerFor(compute, region, name);
      if (!balancer)
        throw new Error(
          `Load balancer ${name} does not exist in ${region} of account ${compute.account.name}, nor is there a global one; make it first or correct the name.`,
        );
      return targetsOf(balancer, chosen[name], names);
    }),
  );
  return onePerPlace(found.flat());
}

/**
 * The port that a group's instances are expected to serve: that of the load balancer where connections are handed on, and
 * of a proxy the one that it checks. Null when the first target tells nothing.
 */
export async function servingPort(compute: Compute, targets: readonly TrafficTarget[]): Promise<number | null> {
  const [target] = targets;
  if (!target) return null;
  const balancer = await findLoadBalancer(compute, target.loadBalancerRegion, target.loadBalancer);
  if (!balancer) return null;
  const rule = rulePort(balancer.rule) ?? null;
  if (passesThrough(balancer)) return rule;
  const service = balancer.services.find((each) => each.name === target.name);
  const place = placeOf(service?.healthChecks?.[0]);
  const check = place && (await findResource(compute, { ...place, collection: 'healthChecks' }));
  return (check && checkedPort(check)) ?? rule;
}

function targetsOf(
  balancer: LoadBalancer,
  chosen: readonly string[] | undefined,
  names: readonly string[],
): TrafficTarget[] {
  const { rule, pool, services } = balancer;
  if (pool) return [poolTarget(balancer, pool)];
  if (services.length === 0)
    throw new Error(
      `Load balancer ${rule.name} leads to no backend service or target pool that exists; upsert it again.`,
    );
  const all = services.map((service) => service.name);
  const wanted = chosen ?? all.filter((name) => names.includes(name));
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `Load balancer ${rule.name} has no backend service ${unknown.join(', ')}; it has ${all.join(', ')}.`,
    );
  if (wanted.length === 0 && services.length > 1)
    throw new Error(
      `Load balancer ${rule.name} has several backend services (${all.join(', ')}): say which of them the server group is behind, by backendServices: {"${rule.name}": ["${all[0]}"]}.`,
    );
  return services
    .filter((service) => wanted.length === 0 || wanted.includes(service.name))
    .map((service) => serviceTarget(balancer, service));
}

function serviceTarget(balancer: LoadBalancer, service: BackendService): TrafficTarget {
  return {
    kind: 'backendService',
    name: service.name,
    region: lastPart(service.region) || GLOBAL,
    ...belonging(balancer),
    drainSec: service.connectionDraining?.drainingTimeoutSec ?? 0,
    portName: balancer.proxy && typeof service['portName'] === 'string' ? service['portName'] : null,
  };
}

/** A pool has no time of its own: what is taken out gets no new connections, and ends the open ones by itself. */
function poolTarget(balancer: LoadBalancer, pool: { readonly name: string }): TrafficTarget {
  return {
    kind: 'targetPool',
    name: pool.name,
    region: balancer.region,
    ...belonging(balancer),
    drainSec: 0,
    portName: null,
  };
}

function belonging(balancer: LoadBalancer) {
  return {
    loadBalancer: balancer.rule.name,
    loadBalancerRegion: balancer.region,
    loadBalancerType: balancer.type,
  };
}

/** Several listeners may lead to one service: the group is put there once. */
function onePerPlace(targets: readonly TrafficTarget[]): TrafficTarget[] {
  const seen = new Map<string, TrafficTarget>();
  for (const target of targets) {
    const key = `${target.kind}/${target.region}/${target.name}`;
    if (!seen.has(key)) seen.set(key, target);
  }
  return [...seen.values()];
}

/** Where a group gets requests from now, whoever put it there; backend services that no load balancer uses too. */
export interface Attached {
  readonly targets: readonly TrafficTarget[];
  /** Names of the load balancers that send it requests. */
  readonly loadBalancers: readonly string[];
  /** How it is in each backend service, by `placeKey`. */
  readonly backends?: Readonly<Record<string, Backend>>;
}

/** Key of a target among those of its kind. */
export const placeKey = ({ region, name }: Pick<TrafficTarget, 'region' | 'name'>): string => `${region}/${name}`;

/** Reads where a group gets requests from now. `link` is its instance group's. */
export async function attachedTargets(
  compute: Compute,
  group: Pick<Group, 'targetPools'>,
  link: string,
): Promise<Attached> {
  const [balancers, services] = await Promise.all([listLoadBalancers(compute), listOf(compute, 'backendServices')]);
  const behind = balancers.filter((balancer) => isBehind(balancer, group, link));
  const through = behind.flatMap((balancer) =>
    balancer.pool
      ? [poolTarget(balancer, balancer.pool)]
      : balancer.services.filter((service) => holds(service, link)).map((service) => serviceTarget(balancer, service)),
  );
  const idle = services
    .filter((service) => holds(service, link))
    .map((service): TrafficTarget => ({
      kind: 'backendService',
      name: service.name,
      region: lastPart(service.region) || GLOBAL,
      loadBalancer: '',
      loadBalancerRegion: GLOBAL,
      loadBalancerType: 'TCP',
      drainSec: service.connectionDraining?.drainingTimeoutSec ?? 0,
      portName: null,
    }));
  return {
    targets: onePerPlace([...through, ...idle]),
    loadBalancers: [...new Set(behind.map(({ rule }) => rule.name))],
    backends: Object.fromEntries(
      services.flatMap((service) =>
        (service.backends ?? [])
          .filter((backend) => sameResource(backend.group, link))
          .map((backend) => [placeKey({ region: lastPart(service.region) || GLOBAL, name: service.name }), backend]),
      ),
    ),
  };
}

/** Does a group get requests of a load balancer? */
export function isBehind(balancer: LoadBalancer, group: Pick<Group, 'targetPools'>, link: string): boolean {
  const pool = balancer.pool?.selfLink;
  if (pool) return (group.targetPools ?? []).some((each) => sameResource(each, pool));
  return balancer.services.some((service) => holds(service, link));
}

/** The groups that a backend service sends requests to. */
export function backendGroups(service: BackendService): string[] {
  return (service.backends ?? []).flatMap((backend) => (backend.group ? [backend.group] : []));
}

/** Does a backend service send requests to a group? */
export function holds(service: BackendService, link: string): boolean {
  return (service.backends ?? []).some((backend) => sameResource(backend.group, link));
}

/** Keys by which Spinnaker remembers in a template where its group belongs. */
export function trafficMetadata(
  targets: readonly TrafficTarget[],
  policy: LoadBalancingPolicy | null | undefined,
): Record<string, string> {
  const list = (keep: (target: TrafficTarget) => boolean, name: (target: TrafficTarget) => string) =>
    [...new Set(targets.filter(keep).map(name))].join(',');
  const keys = {
    'load-balancer-names': list(
      (target) => target.loadBalancerRegion !== GLOBAL,
      (target) => target.loadBalancer,
    ),
    'global-load-balancer-names': list(
      (target) => target.loadBalancerRegion === GLOBAL,
      (target) => target.loadBalancer,
    ),
    'backend-service-names': list(
      (target) => target.kind === 'backendService' && target.region === GLOBAL,
      (target) => target.name,
    ),
    'region-backend-service-names': list(
      (target) => target.kind === 'backendService' && target.region !== GLOBAL,
      (target) => target.name,
    ),
    'load-balancing-policy': policy ? JSON.stringify(policy) : '',
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== ''));
}

/** How a load balancer can spread requests; the first is taken unless a policy says. Empty: it has no say. */
const MODES: Readonly<Record<LoadBalancerType, readonly string[]>> = {
  HTTP: ['UTILIZATION', 'RATE'],
  INTERNAL_MANAGED: ['UTILIZATION', 'RATE'],
  SSL: ['UTILIZATION', 'CONNECTION'],
  TCP: ['UTILIZATION', 'CONNECTION'],
  INTERNAL: [],
  NETWORK: [],
};

/** Does the target take shares of a group? What passes connections through takes whole groups. */
export function takesShares(target: TrafficTarget): boolean {
  return target.region === GLOBAL || target.loadBalancerType === 'INTERNAL_MANAGED';
}

/** Why a policy does not fit the targets: one sentence each. */
export function policyProblemsOf(
  targets: readonly TrafficTarget[],
  policy: LoadBalancingPolicy | null | undefined,
): string[] {
  const mode = policy?.balancingMode;
  if (!mode) return [];
  return targets.filter(takesShares).flatMap((target) => {
    const modes = MODES[target.loadBalancerType];
    const name = `load balancer ${target.loadBalancer} (${target.loadBalancerType})`;
    if (!modes.includes(mode))
      return [`loadBalancingPolicy.balancingMode ${mode} does not fit ${name}; use ${modes.join(' or ')}`];
    if (mode === 'RATE' && !policy.maxRatePerInstance)
      return [
        `loadBalancingPolicy.maxRatePerInstance must say how many requests a second an instance of ${name} takes`,
      ];
    if (mode === 'CONNECTION' && !policy.maxConnectionsPerInstance)
      return [
        `loadBalancingPolicy.maxConnectionsPerInstance must say how many connections an instance of ${name} takes`,
      ];
    return [];
  });
}
