import type { Instance, LoadBalancer as View } from '@gennaker/contracts/clouddriver';
import type { ObservedServerGroup } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { type BackendService, type HealthCheck, lastPart } from '../resources.ts';
import { type LoadBalancer, portRangeOf } from './balancer.ts';
import { checkTarget } from './checks.ts';
import { GLOBAL } from './collections.ts';

/** Health checks by their links, without host and version. */
export interface Checks {
  get(link: string | null | undefined): HealthCheck | null;
}

/** Where and when a view is made. */
export interface ViewFrame {
  readonly account: string;
  /** Epoch ms. */
  readonly now: number;
}

/** A load balancer in Gate's shape, with the groups that it serves or that were made for it. */
export function loadBalancerView(
  balancer: LoadBalancer,
  checks: Checks,
  groups: readonly ObservedServerGroup[],
  { account, now }: ViewFrame,
): View {
  const { rule, region, type } = balancer;
  const port = portRangeOf(rule);
  return {
    name: rule.name,
    account,
    region,
    cloudProvider: 'gce',
    type: 'gce',
    loadBalancerType: type,
    loadBalancingScheme: rule.loadBalancingScheme ?? undefined,
    createdTime: Date.parse(rule.creationTimestamp ?? '') || 0,
    seenAt: now,
    ...(rule.IPAddress ? { ipAddress: rule.IPAddress } : {}),
    ipProtocol: rule.IPProtocol ?? 'TCP',
    ...(port ? { portRange: port } : {}),
    ...detailsOf(balancer, checks),
    serverGroups: groups
      .filter(({ view, traffic }) => belongs(view.region, region) && isFor(traffic, rule.name))
      .map(({ view, traffic }) => ({
        name: view.name,
        account: view.account,
        region: view.region,
        cloudProvider: 'gce',
        isDisabled: !traffic.active.includes(rule.name),
        detachedInstances: [],
        instances: view.instances.map((instance) => ({
          id: instance.id,
          name: instance.name,
          zone: instance.zone,
          healthState: instance.healthState,
          health: healthIn(instance, rule.name),
          ...(instance.reason ? { reason: instance.reason } : {}),
        })),
      })),
  };
}

const belongs = (group: string, balancer: string): boolean => balancer === GLOBAL || group === balancer;

const isFor = (traffic: ObservedServerGroup['traffic'], name: string): boolean =>
  traffic.active.includes(name) || traffic.configured.includes(name);

/** What is particular to a type, in Spinnaker's words. */
function detailsOf(balancer: LoadBalancer, checks: Checks): JsonObject {
  const { rule, proxy, urlMap, services, pool } = balancer;
  const [first] = services;
  const network = rule['network'];
  const subnet = rule['subnetwork'];
  const inNetwork = {
    ...(typeof network === 'string' ? { network: lastPart(network) } : {}),
    ...(typeof subnet === 'string' ? { subnet: lastPart(subnet) } : {}),
    ...(rule.ports?.length ? { ports: rule.ports } : {}),
  };
  const certificates = proxy?.resource.sslCertificates ?? [];
  const certificate = certificates.length > 0 ? { certificate: lastPart(certificates[0]) } : {};
  if (pool) {
    const check = checks.get(pool.healthChecks?.[0]);
    return {
      targetPool: pool.name,
      sessionAffinity: pool.sessionAffinity ?? 'NONE',
      instances: (pool.instances ?? []).map(lastPart),
      ...(check ? { healthCheck: healthCheckView(check) } : {}),
    };
  }
  const view = (link: string | null | undefined) => {
    const service = services.find((each) => each.name === lastPart(link));
    return service ? backendServiceView(service, checks) : { name: lastPart(link) };
  };
  if (urlMap)
    return {
      ...inNetwork,
      ...certificate,
      urlMapName: urlMap.name,
      defaultService: view(urlMap.defaultService),
      hostRules: (urlMap.hostRules ?? []).map((hostRule) => {
        const matcher = (urlMap.pathMatchers ?? []).find((each) => each.name === hostRule.pathMatcher);
        return {
          hostPatterns: hostRule.hosts ?? [],
          pathMatcher: {
            defaultService: view(matcher?.defaultService),
            pathRules: (matcher?.pathRules ?? []).map((pathRule) => ({
              paths: pathRule.paths ?? [],
              backendService: view(pathRule.service),
            })),
          },
        };
      }),
    };
  if (!first) return { ...inNetwork, ...certificate };
  const check = checks.get(first.healthChecks?.[0]);
  return {
    ...inNetwork,
    ...certificate,
    backendService: backendServiceView(first, checks),
    sessionAffinity: first.sessionAffinity ?? 'NONE',
    ...(check ? { healthCheck: healthCheckView(check) } : {}),
  };
}

/** A backend service in Spinnaker's shape. */
export function backendServiceView(service: BackendService, checks: Checks): JsonObject {
  const link = service.healthChecks?.[0];
  const check = checks.get(link);
  const region = lastPart(service.region) || GLOBAL;
  return {
    name: service.name,
    kind: region === GLOBAL ? 'globalBackendService' : 'regionBackendService',
    region,
    protocol: service.protocol ?? null,
    loadBalancingScheme: service.loadBalancingScheme ?? null,
    sessionAffinity: service.sessionAffinity ?? 'NONE',
    affinityCookieTtlSec: service['affinityCookieTtlSec'] ?? null,
    portName: service['portName'] ?? null,
    enableCDN: service['enableCDN'] ?? false,
    connectionDrainingTimeoutSec: service.connectionDraining?.drainingTimeoutSec ?? 0,
    ...(link ? { healthCheckLink: link } : {}),
    ...(check ? { healthCheck: healthCheckView(check) } : {}),
    backends: (service.backends ?? []).map(({ group, ...backend }) => ({
      serverGroupUrl: group,
      policy: {
        balancingMode: backend.balancingMode ?? null,
        capacityScaler: backend.capacityScaler ?? null,
        maxUtilization: backend['maxUtilization'] ?? null,
        maxRatePerInstance: backend['maxRatePerInstance'] ?? null,
        maxConnectionsPerInstance: backend['maxConnectionsPerInstance'] ?? null,
      },
    })),
  };
}

/** A health check in Spinnaker's shape. */
export function healthCheckView(check: HealthCheck): JsonObject {
  const target = checkTarget(check);
  return {
    name: check.name,
    healthCheckType: check.type ?? 'HTTP',
    port: target['port'] ?? null,
    requestPath: target['requestPath'] ?? null,
    checkIntervalSec: check.checkIntervalSec ?? null,
    timeoutSec: check.timeoutSec ?? null,
    healthyThreshold: check.healthyThreshold ?? null,
    unhealthyThreshold: check.unhealthyThreshold ?? null,
  };
}

/** What a load balancer says of an instance. */
function healthIn(instance: Instance, loadBalancer: string): JsonObject {
  for (const entry of instance.health) {
    const lines = entry['loadBalancers'];
    if (!Array.isArray(lines)) continue;
    for (const line of lines as JsonObject[]) if (line['loadBalancerName'] === loadBalancer) return line;
  }
  return { state: 'OutOfService' };
}
