import type { Compute } from '../compute.ts';
import { GceFailure } from '../errors.ts';
import type { BalancerHealth } from '../instances.ts';
import {
  backendHealthSchema,
  type BackendService,
  type HealthCheck,
  healthCheckSchema,
  lastPart,
  type ManagedInstance,
} from '../resources.ts';
import { holds } from '../traffic/targets.ts';
import type { LoadBalancer } from './balancer.ts';
import { GLOBAL, serviceOf } from './collections.ts';
import { listOf } from './read.ts';
import type { LegacyHealthCheck } from './resources.ts';
import type { Checks } from './view.ts';

/** Reads the health checks of load balancers: each kind by one list, and only where it is used. */
export async function readChecks(compute: Compute, balancers: readonly LoadBalancer[]): Promise<Checks> {
  const some = (links: (balancer: LoadBalancer) => readonly string[]) =>
    balancers.some((balancer) => links(balancer).length > 0);
  const [modern, legacy] = await Promise.all([
    some(({ services }) => services.flatMap((service) => service.healthChecks ?? []))
      ? listOf(compute, 'healthChecks')
      : [],
    some(({ pool }) => pool?.healthChecks ?? []) ? listLegacy(compute) : [],
  ]);
  return indexed([...modern, ...legacy]);
}

/** Every health check of the project, the older kind too. */
export async function allChecks(compute: Compute): Promise<
  Checks & {
    readonly all: readonly { readonly check: HealthCheck; readonly kind: 'healthCheck' | 'httpHealthCheck' }[];
  }
> {
  const [modern, legacy] = await Promise.all([listOf(compute, 'healthChecks'), listLegacy(compute)]);
  return {
    ...indexed([...modern, ...legacy]),
    all: [
      ...modern.map((check) => ({ check, kind: 'healthCheck' as const })),
      ...legacy.map((check) => ({ check, kind: 'httpHealthCheck' as const })),
    ],
  };
}

function indexed(checks: readonly HealthCheck[]): Checks {
  const known = new Map(checks.map((check) => [pathOf(check.selfLink ?? ''), check]));
  return { get: (link) => (link ? (known.get(pathOf(link)) ?? null) : null) };
}

async function listLegacy(compute: Compute): Promise<HealthCheck[]> {
  return (await listOf(compute, 'httpHealthChecks')).map(asModern);
}

/** An older health check in the newer shape. */
function asModern(check: LegacyHealthCheck): HealthCheck {
  const { port, requestPath, host, ...rest } = check;
  return healthCheckSchema.parse({ ...rest, type: 'HTTP', httpHealthCheck: { port, requestPath, host } });
}

const pathOf = (link: string): string => link.slice(link.indexOf('projects/'));

/** What the load balancers that a group is behind say of its instances; each service and pool is asked once. */
export async function balancerHealth(
  compute: Compute,
  behind: readonly LoadBalancer[],
  checks: Checks,
  link: string,
  managed: readonly ManagedInstance[],
): Promise<BalancerHealth[]> {
  const asked = new Map<string, Promise<BalancerHealth['states']>>();
  const once = (key: string, ask: () => Promise<BalancerHealth['states']>) => {
    const answer = asked.get(key) ?? ask();
    asked.set(key, answer);
    return answer;
  };
  const all = behind.flatMap((balancer) => {
    const { pool, rule } = balancer;
    if (pool)
      return [
        once(`pool/${balancer.region}/${pool.name}`, () => poolHealth(compute, balancer, managed)).then((states) => ({
          loadBalancer: rule.name,
          check: checks.get(pool.healthChecks?.[0]),
          states,
        })),
      ];
    return balancer.services
      .filter((service) => holds(service, link))
      .map((service) =>
        once(`service/${service.region ?? ''}/${service.name}`, () => serviceHealth(compute, service, link)).then(
          (states) => ({ loadBalancer: rule.name, check: checks.get(service.healthChecks?.[0]), states }),
        ),
      );
  });
  return Promise.all(all);
}

async function serviceHealth(compute: Compute, service: BackendService, link: string) {
  const at = serviceOf('backendServices', lastPart(service.region) || GLOBAL);
  const answer = await compute
    .get(
      at.service,
      'getHealth',
      { ...at.scope, backendService: service.name, resourceGroupReferenceResource: { group: link } },
      backendHealthSchema,
    )
    .catch(goneMeans({ healthStatus: [] }));
  return answer.healthStatus ?? [];
}

/** A pool is asked for each instance. Without a health check every one of its instances gets requests. */
async function poolHealth(compute: Compute, balancer: LoadBalancer, managed: readonly ManagedInstance[]) {
  const { pool, region } = balancer;
  if (!pool) return [];
  const members = (pool.instances ?? []).filter((link) =>
    managed.some((entry) => lastPart(entry.instance) === lastPart(link)),
  );
  if (!pool.healthChecks?.length)
    return members.map((instance) => ({ instance, healthState: 'HEALTHY', annotations: null }));
  const answers = await Promise.all(
    members.map((instance) =>
      compute
        .get(
          'TargetPools',
          'getHealth',
          { region, targetPool: pool.name, instanceReferenceResource: { instance } },
          backendHealthSchema,
        )
        .catch(goneMeans({ healthStatus: [] })),
    ),
  );
  return answers.flatMap((answer) => answer.healthStatus ?? []);
}

/** What is deleted between two reads of one view is not there, which is no failure of the view. */
export function goneMeans<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof GceFailure && ['notFound', 'invalid'].includes(error.gce.reason)) return nothing;
    throw error;
  };
}
