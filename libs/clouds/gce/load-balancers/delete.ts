import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute } from '../compute.ts';
import { lastPart } from '../resources.ts';
import type { LoadBalancer } from './balancer.ts';
import { GLOBAL, labelOf, type Place, placeOf } from './collections.ts';
import { madeFor, removeAll } from './ensure.ts';
import { findLoadBalancer, listLoadBalancers, listOf } from './read.ts';
import { usersOf } from './resolve.ts';
import { type DeleteLoadBalancer, deleteLoadBalancerSchema } from './schema.ts';
import { listenerPlaces } from './upsert.ts';
import { inverseOfLoadBalancerRemoval } from '../inverse/load-balancer.ts';

/** What a deletion removes, in the order in which it can go, and which load balancers go with it. */
interface Deletion {
  readonly places: readonly Place[];
  readonly listeners: readonly string[];
}

/**
 * Deletes a load balancer with all its parts that nothing else uses; of one with a URL map all listeners. One that is
 * not there counts as deleted, one that serves something is refused.
 */
export function deleteLoadBalancer(compute: Compute): AnyOperation {
  return defineOperation({
    schema: deleteLoadBalancerSchema,
    examples: [{ credentials: 'local-gce', region: 'us-central1', loadBalancerName: 'hello-lb' }],
    cluster: () => null,
    preview: async (_context, d) => {
      const found = await deletionOf(compute, d);
      if (typeof found === 'string') return { changes: [], warnings: [], problems: [found] };
      const others = found?.listeners.filter((name) => name !== d.loadBalancerName) ?? [];
      return {
        changes: (found?.places ?? []).map((place) => `Removes ${labelOf(place)}, unless something else uses it.`),
        warnings: others.length > 0 ? [`The listeners ${others.join(', ')} of the same URL map go with it.`] : [],
        problems: [],
      };
    },
    inverse: (_context, d) => inverseOfLoadBalancerRemoval(compute, d),
    run: (context, d) => run(compute, context, d),
  });
}

async function run(compute: Compute, context: OperationContext, d: DeleteLoadBalancer) {
  const { region, loadBalancerName: name } = d;
  context.touch({ kind: 'loadBalancer', region, name });
  const found = await context.step('find', async () => {
    const deletion = await deletionOf(compute, d);
    if (typeof deletion === 'string') throw new Error(deletion);
    return deletion;
  });
  if (!found) {
    await context.progress('DELETE', `Load balancer ${name} does not exist in ${region}: nothing to delete`);
    return [{ type: 'DeleteResult', loadBalancerName: name, existed: false }];
  }
  for (const listener of found.listeners) context.touch({ kind: 'loadBalancer', region, name: listener });
  const kept = await removeAll(compute, context, found.places, false);
  if (kept.length > 0)
    await context.progress('DELETE', `Kept, as something else uses it: ${kept.map(labelOf).join(', ')}`);
  return [{ type: 'DeleteResult', loadBalancerName: name, existed: true, kept: kept.map(labelOf) }];
}

/** What there is to delete; null when nothing is left, and a sentence when it must not be deleted. */
async function deletionOf(compute: Compute, d: DeleteLoadBalancer): Promise<Deletion | string | null> {
  const balancer = await findLoadBalancer(compute, d.region, d.loadBalancerName);
  if (!balancer) return leftovers(compute, d);
  if (d.loadBalancerType && d.loadBalancerType !== balancer.type)
    return `loadBalancerType: load balancer ${d.loadBalancerName} is of type ${balancer.type}, not ${d.loadBalancerType}; correct the type or the name.`;
  const users = usersOf(balancer);
  if (users.length > 0)
    return `Load balancer ${d.loadBalancerName} still serves ${users.join(', ')}; disable or destroy that first, so that no request is lost.`;
  const listeners = await siblings(compute, balancer);
  return {
    listeners: listeners.map(({ rule }) => rule.name),
    places: [...onlyOnce(listeners.flatMap(listenerPlaces)), ...sharedPlaces(balancer, d.deleteHealthChecks)],
  };
}

/** Parts that an earlier deletion, or a creation that came to a bad end, left behind without their forwarding rule. */
async function leftovers(compute: Compute, d: DeleteLoadBalancer): Promise<Deletion | null> {
  const mark = `${madeFor(d.loadBalancerName)} by `;
  const found = await Promise.all(
    REMOVAL_ORDER.filter((collection) => collection !== 'forwardingRules').map(async (collection) => {
      const all: readonly Listed[] = await listOf(compute, collection);
      return all
        .filter(({ description }) => typeof description === 'string' && description.startsWith(mark))
        .map(({ name, region }): Place => ({ collection, region: lastPart(region) || GLOBAL, name }));
    }),
  );
  const places = found.flat();
  return places.length > 0 ? { listeners: [], places } : null;
}

/** What every listed resource has. */
interface Listed {
  readonly name: string;
  readonly region?: string | null | undefined;
  readonly description?: unknown;
}

/** Every listener of the same URL map, the load balancer itself first; for other types itself alone. */
async function siblings(compute: Compute, balancer: LoadBalancer): Promise<LoadBalancer[]> {
  const { urlMap } = balancer;
  if (!urlMap) return [balancer];
  const others = (await listLoadBalancers(compute)).filter(
    (each) =>
      each.region === balancer.region && each.urlMap?.name === urlMap.name && each.rule.name !== balancer.rule.name,
  );
  return [balancer, ...others];
}

/** What lies behind the listeners: rules go first, so that nothing is in use by what goes after it. */
function sharedPlaces(balancer: LoadBalancer, withChecks: boolean): Place[] {
  const { region, urlMap, services, pool } = balancer;
  const checks = [...services.flatMap((service) => service.healthChecks ?? []), ...(pool?.healthChecks ?? [])];
  return onlyOnce([
    ...(urlMap ? [{ collection: 'urlMaps' as const, region, name: urlMap.name }] : []),
    ...services.map((service): Place => ({
      collection: 'backendServices',
      region: lastPart(service.region) || GLOBAL,
      name: service.name,
    })),
    ...(pool ? [{ collection: 'targetPools' as const, region, name: pool.name }] : []),
    ...(withChecks ? checks.map(placeOf).filter((place) => place !== null) : []),
  ]);
}

function onlyOnce(places: readonly Place[]): Place[] {
  return [...new Map(places.map((place) => [labelOf(place), place])).values()].toSorted(
    (a, b) => REMOVAL_ORDER.indexOf(a.collection) - REMOVAL_ORDER.indexOf(b.collection),
  );
}

/** What is used by others goes after them. */
const REMOVAL_ORDER: readonly Place['collection'][] = [
  'forwardingRules',
  'targetHttpProxies',
  'targetHttpsProxies',
  'targetSslProxies',
  'targetTcpProxies',
  'urlMaps',
  'backendServices',
  'targetPools',
  'healthChecks',
  'httpHealthChecks',
];
