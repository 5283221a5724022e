import type { z } from 'zod';
import type { Compute } from '../compute.ts';
import { type ForwardingRule, lastPart } from '../resources.ts';
import { type LoadBalancer, regionOfRule, servicesOfUrlMap, typeOfRule } from './balancer.ts';
import {
  type CollectionName,
  COLLECTIONS,
  findResource,
  GLOBAL,
  type Place,
  placeOf,
  type ResourceOf,
  serviceOf,
} from './collections.ts';
import { listLegacyHealthChecks } from './legacy-health-checks.ts';

/** Looks a resource up; null when it does not exist. */
type Lookup = <C extends CollectionName>(place: Place<C>) => Promise<ResourceOf<C> | null>;

/** One load balancer by its name; null when there is none. `region` may be GLOBAL. */
export async function findLoadBalancer(compute: Compute, region: string, name: string): Promise<LoadBalancer | null> {
  const lookup: Lookup = (place) => findResource(compute, place);
  const rule = await lookup({ collection: 'forwardingRules', region, name });
  return rule && assemble(rule, lookup);
}

/** A load balancer that a group of a region can be behind: one of that region, or else a global one. */
export async function findLoadBalancerFor(
  compute: Compute,
  region: string,
  name: string,
): Promise<LoadBalancer | null> {
  return (await findLoadBalancer(compute, region, name)) ?? findLoadBalancer(compute, GLOBAL, name);
}

/** Every load balancer of the account's regions, and the global ones: lists alone, and only those that rules lead to. */
export async function listLoadBalancers(compute: Compute): Promise<LoadBalancer[]> {
  const rules = (await listOf(compute, 'forwardingRules')).filter(
    (rule) => typeOfRule(rule) !== null && isOurs(compute, regionOfRule(rule)),
  );
  const known = new Map<CollectionName, Promise<ReadonlyMap<string, unknown>>>();
  const index = <C extends CollectionName>(collection: C): Promise<ReadonlyMap<string, unknown>> => {
    const listed = known.get(collection) ?? listOf(compute, collection).then((all) => byKey(all));
    known.set(collection, listed);
    return listed;
  };
  const lookup: Lookup = async ({ collection, region, name }) =>
    ((await index(collection)).get(keyOf(region === GLOBAL ? null : region, name)) as never) ?? null;
  const found = await Promise.all(rules.map((rule) => assemble(rule, lookup)));
  return found.filter((balancer) => balancer !== null);
}

/** All of a collection, global and regional. */
export async function listOf<C extends CollectionName>(compute: Compute, collection: C): Promise<ResourceOf<C>[]> {
  if (collection === 'httpHealthChecks') return (await listLegacyHealthChecks(compute)) as ResourceOf<C>[];
  const schema: z.ZodType = COLLECTIONS[collection].schema;
  // The older API of SSL proxies has no list over all scopes, as they are all global.
  const listed =
    collection === 'targetSslProxies'
      ? await compute.list('TargetSslProxies', 'list', {}, schema)
      : await compute.aggregated(
          'global' in COLLECTIONS[collection] && collection !== 'forwardingRules'
            ? serviceOf(collection, GLOBAL).service
            : serviceOf(collection, 'any').service,
          collection,
          schema,
        );
  return listed as ResourceOf<C>[];
}

const keyOf = (region: string | null | undefined, name: string): string => `${lastPart(region) || GLOBAL}/${name}`;

function byKey(all: readonly Listed[]): ReadonlyMap<string, unknown> {
  return new Map(all.map((each) => [keyOf(each.region, each.name), each]));
}

/** What every listed resource has. */
interface Listed {
  readonly name: string;
  readonly region?: string | null | undefined;
}

const isOurs = (compute: Compute, region: string): boolean =>
  region === GLOBAL || compute.account.regions.includes(region);

async function assemble(rule: ForwardingRule, lookup: Lookup): Promise<LoadBalancer | null> {
  const type = typeOfRule(rule);
  const place = placeOf(rule.target ?? rule.backendService);
  if (!type || !place) return null;
  const base = { type, region: regionOfRule(rule), rule, proxy: null, urlMap: null, services: [], pool: null };
  switch (place.collection) {
    case 'backendServices':
      return { ...base, services: await services([rule.backendService], lookup) };
    case 'targetPools':
      return { ...base, pool: await lookup({ ...place, collection: 'targetPools' }) };
    case 'targetHttpProxies':
    case 'targetHttpsProxies':
    case 'targetSslProxies':
    case 'targetTcpProxies': {
      const resource = await lookup({ ...place, collection: place.collection });
      if (!resource) return base;
      const mapPlace = placeOf(resource.urlMap);
      const urlMap = mapPlace && (await lookup({ ...mapPlace, collection: 'urlMaps' }));
      const links = urlMap ? servicesOfUrlMap(urlMap) : [resource.service];
      return { ...base, proxy: { place, resource }, urlMap, services: await services(links, lookup) };
    }
    default:
      return null;
  }
}

async function services(links: readonly (string | null | undefined)[], lookup: Lookup) {
  const places = links.map(placeOf).filter((place) => place !== null);
  const found = await Promise.all(places.map((place) => lookup({ ...place, collection: 'backendServices' })));
  return found.filter((service) => service !== null);
}
