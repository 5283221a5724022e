import type { Inverse } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import type { Compute } from '../compute.ts';
import type { LoadBalancer } from '../load-balancers/balancer.ts';
import { portRangeOf } from '../load-balancers/balancer.ts';
import { checkTarget } from '../load-balancers/checks.ts';
import { type Checks, backendServiceView, healthCheckView } from '../load-balancers/view.ts';
import { readChecks } from '../load-balancers/health.ts';
import { findLoadBalancer } from '../load-balancers/read.ts';
import { backendServiceSchema, healthCheckSchema } from '../load-balancers/schema.ts';
import { type HealthCheck, lastPart } from '../resources.ts';

interface Named {
  readonly credentials: string;
  readonly region: string;
  readonly loadBalancerName: string;
  readonly certificate?: string | null | undefined;
  readonly listenersToDelete?: readonly string[];
}

/**
 * The load balancer as it is now, with the listeners that are to go: brought back by its description, or deleted where
 * there is none. Parts that the change makes and that nothing uses afterwards stay.
 */
export async function inverseOfLoadBalancer(compute: Compute, d: Named): Promise<Inverse> {
  const { credentials, region, loadBalancerName, listenersToDelete = [] } = d;
  const found = await findLoadBalancer(compute, region, loadBalancerName);
  if (!found) return { operations: [{ deleteLoadBalancer: { credentials, region, loadBalancerName } }] };
  if (d.certificate && !found.proxy?.resource.sslCertificates?.length)
    return {
      impossible: `Load balancer ${loadBalancerName} had no certificate before, and cannot lose it; delete it, and make it again without`,
    };
  const others = await Promise.all(
    listenersToDelete
      .filter((name) => name !== loadBalancerName)
      .map((name) => findLoadBalancer(compute, region, name)),
  );
  const all = [found, ...others.filter((other) => other !== null)];
  const checks = await readChecks(compute, all);
  return {
    operations: all.map((balancer) => ({
      upsertLoadBalancer: {
        credentials,
        region,
        loadBalancerName: balancer.rule.name,
        ...descriptionOf(balancer, checks),
      },
    })),
  };
}

/** A deletion of what is not there changes nothing. */
export async function inverseOfLoadBalancerRemoval(compute: Compute, d: Named): Promise<Inverse> {
  const found = await findLoadBalancer(compute, d.region, d.loadBalancerName);
  return found ? inverseOfLoadBalancer(compute, d) : { operations: [] };
}

/** What would have to be asked for to get it as it is. */
function descriptionOf(balancer: LoadBalancer, checks: Checks): JsonObject {
  const { rule, proxy, urlMap, services, pool, type } = balancer;
  const service = (link: string | null | undefined) => {
    const found = services.find((each) => each.name === lastPart(link));
    return found ? serviceOf(found, checks) : { name: lastPart(link) };
  };
  const certificate = lastPart(proxy?.resource.sslCertificates?.[0]);
  const network = rule['network'];
  const subnet = rule['subnetwork'];
  const portRange = portRangeOf(rule);
  const [first] = services;
  const poolCheck = checks.get(pool?.healthChecks?.[0]);
  return {
    loadBalancerType: type,
    ...(portRange ? { portRange } : {}),
    ...(rule.ports?.length ? { ports: rule.ports } : {}),
    ...(rule.IPAddress ? { ipAddress: rule.IPAddress } : {}),
    ...(rule.IPProtocol === 'TCP' || rule.IPProtocol === 'UDP' ? { ipProtocol: rule.IPProtocol } : {}),
    ...(typeof network === 'string' && type.startsWith('INTERNAL') ? { network: lastPart(network) } : {}),
    ...(typeof subnet === 'string' ? { subnet: lastPart(subnet) } : {}),
    ...(certificate ? { certificate } : {}),
    ...(pool
      ? {
          sessionAffinity: pool.sessionAffinity ?? 'NONE',
          ...(poolCheck ? { healthCheck: checkOf(poolCheck) } : {}),
        }
      : urlMap
        ? {
            urlMapName: urlMap.name,
            defaultService: service(urlMap.defaultService),
            hostRules: (urlMap.hostRules ?? []).map((hostRule) => {
              const matcher = (urlMap.pathMatchers ?? []).find((each) => each.name === hostRule.pathMatcher);
              return {
                hostPatterns: hostRule.hosts ?? [],
                pathMatcher: {
                  defaultService: service(matcher?.defaultService),
                  pathRules: (matcher?.pathRules ?? []).map((pathRule) => ({
                    paths: pathRule.paths ?? [],
                    backendService: service(pathRule.service),
                  })),
                },
              };
            }),
          }
        : first
          ? { backendService: serviceOf(first, checks) }
          : {}),
  };
}

/** Only what a description may say of a backend service. */
function serviceOf(service: Parameters<typeof backendServiceView>[0], checks: Checks): JsonObject {
  const view = backendServiceView(service, checks);
  const check = checks.get(service.healthChecks?.[0]);
  return {
    ...only({ ...view, timeoutSec: service['timeoutSec'] }, Object.keys(backendServiceSchema.shape)),
    ...(check ? { healthCheck: checkOf(check) } : {}),
  };
}

/** The same of a health check; Spinnaker's view of it has no host. */
function checkOf(check: HealthCheck): JsonObject {
  const host = checkTarget(check)['host'] || null;
  return only({ ...healthCheckView(check), host }, Object.keys(healthCheckSchema.shape));
}

function only(values: object, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => keys.includes(key) && value !== null && value !== undefined),
  );
}
