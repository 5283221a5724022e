import type { Lab } from './collection.ts';
import { lastPart, pathOf } from './path.ts';
import { inUse } from './problem.ts';
import type { CollectionName, Resources } from './resource.ts';
import type { Store } from './store.ts';
import { servicesOf } from './url-map-services.ts';

type References = (string | undefined)[];
type Placed = { readonly [key: string]: unknown };

/**
 * What a resource holds on to: nothing of it can be deleted before. What is absent here holds nothing: a target pool
 * loses instances without a word, and an instance outlives its template.
 */
const HOLDS: { readonly [C in CollectionName]?: (item: Resources[C]) => References } = {
  instanceGroupManagers: ({ instanceTemplate, versions, targetPools, autoHealingPolicies }) => [
    instanceTemplate,
    ...(versions ?? []).map((version) => version.instanceTemplate),
    ...targetPools,
    ...autoHealingPolicies.map(({ healthCheck }) => healthCheck),
  ],
  autoscalers: ({ target }) => [target],
  instanceTemplates: ({ properties }) => interfacesOf(properties),
  instances: (item) => interfacesOf(item),
  backendServices: ({ backends, healthChecks }) => [...backends.map(({ group }) => group), ...healthChecks],
  urlMaps: (map) => servicesOf(map),
  targetHttpProxies: ({ urlMap }) => [urlMap],
  targetHttpsProxies: ({ urlMap, sslCertificates }) => [urlMap, ...sslCertificates],
  targetSslProxies: ({ service, sslCertificates }) => [service, ...sslCertificates],
  targetTcpProxies: ({ service }) => [service],
  forwardingRules: ({ target, backendService, network, subnetwork }) => [target, backendService, network, subnetwork],
  targetPools: ({ healthChecks }) => healthChecks,
  addresses: ({ network, subnetwork }) => [network, subnetwork],
  firewalls: ({ network }) => [network],
  subnetworks: ({ network, name }) => (name === lastPart(network) ? [] : [network]),
};

/** Paths of the resources that hold on to the one at `path`, in any project. */
export function usersOf(store: Store, path: string): string[] {
  return (Object.keys(HOLDS) as CollectionName[]).flatMap((collection) => holders(store, collection, path));
}

/** @throws CloudProblem 400 resourceInUseByAnotherResource */
export function refuseWhileUsed(lab: Lab, path: string): void {
  const [user] = usersOf(lab.store, path);
  if (user !== undefined) throw inUse(path, user);
}

function holders<C extends CollectionName>(store: Store, collection: C, path: string): string[] {
  const read = HOLDS[collection];
  if (read === undefined) return [];
  return store
    .list(collection, 'projects/')
    .filter(([holder, item]) => read(item).some((reference) => means(reference, holder, path)))
    .map(([holder]) => holder);
}

function means(reference: string | undefined, holder: string, path: string): boolean {
  if (reference === undefined || !reference.endsWith(`/${lastPart(path)}`)) return false;
  return pathOf(reference, holder.split('/')[1] ?? '', 'reference') === path;
}

function interfacesOf(item: Placed): References {
  const list = item['networkInterfaces'];
  return Array.isArray(list)
    ? list.flatMap((each: Placed) =>
        [each['network'], each['subnetwork']].map((link) => (typeof link === 'string' ? link : undefined)),
      )
    : [];
}
