import { REGIONS, findMachineType, findZone } from './locations.ts';
import type { Scope } from './path.ts';
import { globalScope, lastPart, regionScope } from './path.ts';
import { CloudProblem } from './problem.ts';
import type { CollectionName, Instance } from './resource.ts';
import type { AttemptError, Store } from './store.ts';

/** A limit and what is used of it, as regions.get and projects.get show them. */
export interface Quota {
  readonly metric: string;
  readonly limit: number;
  readonly usage: number;
}

interface Metric {
  readonly limit: number;
  /** The collection that it counts; absent for those of instances. */
  readonly counts?: CollectionName;
}

/** Metrics of each region. */
const REGIONAL: Readonly<Record<string, Metric>> = {
  CPUS: { limit: 20_000 },
  INSTANCES: { limit: 10_000 },
  STATIC_ADDRESSES: { limit: 200, counts: 'addresses' },
  INSTANCE_GROUPS: { limit: 1000, counts: 'instanceGroups' },
  AUTOSCALERS: { limit: 1000, counts: 'autoscalers' },
};

/** Metrics of a whole project. */
const GLOBAL: Readonly<Record<string, Metric>> = {
  NETWORKS: { limit: 50, counts: 'networks' },
  SUBNETWORKS: { limit: 500, counts: 'subnetworks' },
  FIREWALLS: { limit: 1000, counts: 'firewalls' },
  IMAGES: { limit: 5000, counts: 'images' },
  SNAPSHOTS: { limit: 5000, counts: 'snapshots' },
  INSTANCE_TEMPLATES: { limit: 5000, counts: 'instanceTemplates' },
  HEALTH_CHECKS: { limit: 1000, counts: 'healthChecks' },
  BACKEND_SERVICES: { limit: 1000, counts: 'backendServices' },
  URL_MAPS: { limit: 500, counts: 'urlMaps' },
  TARGET_HTTP_PROXIES: { limit: 500, counts: 'targetHttpProxies' },
  TARGET_HTTPS_PROXIES: { limit: 500, counts: 'targetHttpsProxies' },
  TARGET_SSL_PROXIES: { limit: 500, counts: 'targetSslProxies' },
  TARGET_TCP_PROXIES: { limit: 500, counts: 'targetTcpProxies' },
  TARGET_POOLS: { limit: 500, counts: 'targetPools' },
  SSL_CERTIFICATES: { limit: 500, counts: 'sslCertificates' },
  FORWARDING_RULES: { limit: 500, counts: 'forwardingRules' },
};

/** Quotas of a region, or of the whole project. */
export function quotasOf(store: Store, scope: Scope): Quota[] {
  return Object.keys(metricsOf(scope)).map((metric) => quotaOf(store, scope, metric));
}

/**
 * Sets a limit from now on; null goes back to the usual one.
 * @throws CloudProblem 400 for a place or metric that there is not
 */
export function setQuota(
  store: Store,
  project: string,
  order: { readonly region: string; readonly metric: string; readonly limit: number | null },
): void {
  if (order.region !== 'global' && !REGIONS.includes(order.region)) {
    throw new CloudProblem(
      400,
      'invalid',
      `Invalid value for field 'quota.region': '${order.region}'. Known are global, ${REGIONS.join(', ')}.`,
    );
  }
  const scope = order.region === 'global' ? globalScope(project) : regionScope(project, order.region);
  const known = Object.keys(metricsOf(scope));
  if (!known.includes(order.metric)) {
    throw new CloudProblem(
      400,
      'invalid',
      `Invalid value for field 'quota.metric': '${order.metric}'. Quotas there are ${known.join(', ')}.`,
    );
  }
  const key = keyOf(scope, order.metric);
  if (order.limit === null) delete store.state.quotas[key];
  else store.state.quotas[key] = order.limit;
  store.changed();
}

/**
 * Whether one more resource of a collection has room.
 * @throws CloudProblem 403 quotaExceeded
 */
export function checkQuota(store: Store, collection: CollectionName, scope: Scope): void {
  for (const place of placesOf(scope)) {
    for (const [metric, { counts }] of Object.entries(metricsOf(place))) {
      if (counts !== collection) continue;
      const quota = quotaOf(store, place, metric);
      if (quota.usage + 1 > quota.limit) throw new CloudProblem(403, 'quotaExceeded', sentence(place, quota));
    }
  }
}

/**
 * Why an instance cannot start for want of quota, undefined when it can. Itself it does not count as running yet.
 * @param machineType link or name
 */
export function instanceShortage(store: Store, path: string, machineType: string): AttemptError | undefined {
  const [, project = '', , zone = ''] = path.split('/');
  const scope = regionScope(project, findZone(zone)?.region ?? '');
  const needs = { INSTANCES: 1, CPUS: cpusOf(machineType) };
  for (const [metric, need] of Object.entries(needs)) {
    const limit = limitOf(store, scope, metric);
    const usage = usageOfInstances(store, scope, metric, path);
    if (usage + need > limit) return { code: 'QUOTA_EXCEEDED', message: sentence(scope, { metric, limit, usage }) };
  }
  return undefined;
}

function quotaOf(store: Store, scope: Scope, metric: string): Quota {
  const counts = metricsOf(scope)[metric]?.counts;
  const usage =
    counts === undefined
      ? usageOfInstances(store, scope, metric, undefined)
      : store.list(counts, `projects/${scope.project}/`).filter(([path]) => within(path, scope)).length;
  return { metric, limit: limitOf(store, scope, metric), usage };
}

function usageOfInstances(store: Store, scope: Scope, metric: string, except: string | undefined): number {
  return store
    .list('instances', `projects/${scope.project}/zones/${scope.location}-`)
    .filter(([path, instance]) => path !== except && counted(instance, metric))
    .reduce((sum, [, instance]) => sum + (metric === 'CPUS' ? cpusOf(instance.machineType) : 1), 0);
}

/** An instance that waits for room takes none; a stopped one keeps its place but no processors. */
function counted({ status }: Instance, metric: string): boolean {
  return status !== 'PROVISIONING' && (status !== 'TERMINATED' || metric === 'INSTANCES');
}

function cpusOf(machineType: string): number {
  return findMachineType(lastPart(machineType))?.guestCpus ?? 1;
}

function limitOf(store: Store, scope: Scope, metric: string): number {
  return store.state.quotas[keyOf(scope, metric)] ?? metricsOf(scope)[metric]?.limit ?? 0;
}

function metricsOf(scope: Scope): Readonly<Record<string, Metric>> {
  return scope.kind === 'global' ? GLOBAL : REGIONAL;
}

/** The places whose quotas a new resource in the scope counts in. */
function placesOf(scope: Scope): Scope[] {
  const region = scope.kind === 'zone' ? findZone(scope.location)?.region : scope.location;
  return [globalScope(scope.project), ...(scope.kind === 'global' ? [] : [regionScope(scope.project, region ?? '')])];
}

function within(path: string, scope: Scope): boolean {
  if (scope.kind === 'global') return true;
  const [, , kind, location = ''] = path.split('/');
  return kind === 'regions' ? location === scope.location : findZone(location)?.region === scope.location;
}

function sentence(scope: Scope, { metric, limit, usage }: Quota): string {
  const where = scope.kind === 'global' ? 'globally' : `in region ${scope.location}`;
  return `Quota '${metric}' exceeded. Limit: ${limit} ${where}, in use: ${usage}. Free some of it, or have the limit raised.`;
}

function keyOf(scope: Scope, metric: string): string {
  return `${scope.project} ${scope.kind === 'global' ? 'global' : scope.location} ${metric}`;
}
