import type { z } from 'zod';
import type { Service } from '../client-library.ts';
import type { Compute } from '../compute.ts';
import { findLegacyHealthCheck } from './legacy-health-checks.ts';
import {
  backendServiceSchema,
  forwardingRuleSchema,
  healthCheckSchema,
  legacyHealthCheckSchema,
  targetPoolSchema,
  targetProxySchema,
  urlMapSchema,
} from './resources.ts';

/** Region of what belongs to no region, in names and requests. */
export const GLOBAL = 'global';

interface CollectionOf<S extends z.ZodType> {
  /** How people call one. */
  readonly word: string;
  /** Client for those outside regions; absent where there are none. */
  readonly global?: Service;
  readonly regional?: Service;
  /** Name of one in a request, and of its document in a request that writes it. */
  readonly key: string;
  readonly schema: S;
}

/** The collections of the Compute API that a load balancer is made of, by their names in links. */
export const COLLECTIONS = {
  healthChecks: {
    word: 'health check',
    global: 'HealthChecks',
    regional: 'RegionHealthChecks',
    key: 'healthCheck',
    schema: healthCheckSchema,
  },
  httpHealthChecks: { word: 'HTTP health check', key: 'httpHealthCheck', schema: legacyHealthCheckSchema },
  backendServices: {
    word: 'backend service',
    global: 'BackendServices',
    regional: 'RegionBackendServices',
    key: 'backendService',
    schema: backendServiceSchema,
  },
  urlMaps: { word: 'URL map', global: 'UrlMaps', regional: 'RegionUrlMaps', key: 'urlMap', schema: urlMapSchema },
  targetHttpProxies: {
    word: 'HTTP proxy',
    global: 'TargetHttpProxies',
    regional: 'RegionTargetHttpProxies',
    key: 'targetHttpProxy',
    schema: targetProxySchema,
  },
  targetHttpsProxies: {
    word: 'HTTPS proxy',
    global: 'TargetHttpsProxies',
    regional: 'RegionTargetHttpsProxies',
    key: 'targetHttpsProxy',
    schema: targetProxySchema,
  },
  targetSslProxies: {
    word: 'SSL proxy',
    global: 'TargetSslProxies',
    key: 'targetSslProxy',
    schema: targetProxySchema,
  },
  targetTcpProxies: {
    word: 'TCP proxy',
    global: 'TargetTcpProxies',
    key: 'targetTcpProxy',
    schema: targetProxySchema,
  },
  targetPools: { word: 'target pool', regional: 'TargetPools', key: 'targetPool', schema: targetPoolSchema },
  forwardingRules: {
    word: 'forwarding rule',
    global: 'GlobalForwardingRules',
    regional: 'ForwardingRules',
    key: 'forwardingRule',
    schema: forwardingRuleSchema,
  },
} as const satisfies Readonly<Record<string, CollectionOf<z.ZodType>>>;

export type CollectionName = keyof typeof COLLECTIONS;
export type ResourceOf<C extends CollectionName> = z.output<(typeof COLLECTIONS)[C]['schema']>;

/** Where a resource is. `region` is GLOBAL for those outside regions. */
export interface Place<C extends CollectionName = CollectionName> {
  readonly collection: C;
  readonly region: string;
  readonly name: string;
}

/** The client and the request's scope for a collection of a region. */
export function serviceOf(
  collection: CollectionName,
  region: string,
): { readonly service: Service; readonly scope: Record<string, string> } {
  const of: CollectionOf<z.ZodType> = COLLECTIONS[collection];
  const service = region === GLOBAL ? of.global : of.regional;
  if (!service) throw new Error(`There are no ${of.word}s in ${region === GLOBAL ? 'the global scope' : region}.`);
  return { service, scope: region === GLOBAL ? {} : { region } };
}

/** `backend service hello-bs`, with its region where it has one. */
export function labelOf({ collection, region, name }: Place): string {
  return `${COLLECTIONS[collection].word} ${name}${region === GLOBAL ? '' : ` (${region})`}`;
}

/** The part of a link that says which resource it is, without host and version. */
export function linkTo(project: string, { collection, region, name }: Place): string {
  return `projects/${project}/${region === GLOBAL ? GLOBAL : `regions/${region}`}/${collection}/${name}`;
}

/** The place that a link names; null when it names none of COLLECTIONS. */
export function placeOf(link: string | null | undefined): Place | null {
  const found = /\/(?:global|regions\/([^/]+))\/([A-Za-z]+)\/([^/]+)$/.exec(link ?? '');
  const [, region, collection, name] = found ?? [];
  return name && collection && isCollection(collection) ? { collection, region: region ?? GLOBAL, name } : null;
}

const isCollection = (name: string): name is CollectionName => Object.hasOwn(COLLECTIONS, name);

/** Reads one; null when it does not exist. */
export async function findResource<C extends CollectionName>(
  compute: Compute,
  place: Place<C>,
  signal?: AbortSignal,
): Promise<ResourceOf<C> | null> {
  const { key, schema } = COLLECTIONS[place.collection];
  if (place.collection === 'httpHealthChecks')
    return (await findLegacyHealthCheck(compute, place.name)) as ResourceOf<C> | null;
  const { service, scope } = serviceOf(place.collection, place.region);
  const found = await compute.find(service, 'get', { ...scope, [key]: place.name }, schema, signal);
  return found as ResourceOf<C> | null;
}
