import { Balancer } from './balancer.ts';
import type { Load } from './balancer.ts';
import type { GroupCapacity, TrafficGroup, TrafficService, TrafficTarget } from './data-plane.ts';

/** `count` instances of a group that accept, named `GROUP-0`, `GROUP-1`... */
export function targets(group: string, count: number, more: Partial<TrafficTarget> = {}): TrafficTarget[] {
  return Array.from({ length: count }, (_, i) => ({
    instance: `${group}-${i}`,
    address: '127.0.0.1',
    port: 80,
    accepts: true,
    ...more,
  }));
}

/** A group with no limits. */
export function groupOf(
  name: string,
  members: readonly TrafficTarget[],
  capacity: Partial<GroupCapacity> = {},
): TrafficGroup {
  return { group: name, capacity: { mode: 'CONNECTION', scaler: 1, ...capacity }, failover: false, targets: members };
}

/** A service over these groups. */
export function serviceOf(groups: readonly TrafficGroup[], more: Partial<TrafficService> = {}): TrafficService {
  return {
    service: 'bs',
    affinity: { kind: 'NONE' },
    within: 'ROUND_ROBIN',
    drainMs: 0,
    tls: false,
    timeoutMs: 30_000,
    groups,
    ...more,
  };
}

/** A balancer whose load is what the test writes into `active`, by group and by instance. */
export function balancerOf(service: TrafficService, utilization: Readonly<Record<string, number>> = {}) {
  const active = new Map<string, number>();
  const load: Load = {
    ofGroup: (group) => active.get(group) ?? 0,
    ofInstance: (instance) => active.get(instance) ?? 0,
    utilizationOf: (instance) => utilization[instance],
  };
  return { balancer: new Balancer(service, load), active };
}

/** Share of each name among the choices. */
export function shares(names: readonly (string | undefined)[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map([...counts].map(([name, count]) => [name, count / names.length]));
}
