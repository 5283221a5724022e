import {
  type AnyOperation,
  defineOperation,
  type OperationContext,
  type OperationPreview,
} from '@gennaker/extension-sdk/cloud';
import type { Compute } from '../compute.ts';
import type { LoadBalancer } from './balancer.ts';
import { GLOBAL, labelOf, type Place } from './collections.ts';
import { ensure, look, type Plan, removeAll, sentenceOf } from './ensure.ts';
import { assembleHttp, assembleInternalHttp } from './http.ts';
import { assembleNetwork } from './network.ts';
import { assembleInternal, assembleTcpPassThrough } from './pass-through.ts';
import { problemsOf } from './problems.ts';
import { assembleSslProxy, assembleTcpProxy } from './proxied.ts';
import { findLoadBalancer, listLoadBalancers } from './read.ts';
import { isHttp, resolve, usersOf } from './resolve.ts';
import { type UpsertLoadBalancer, upsertLoadBalancerSchema } from './schema.ts';
import type { Assembly, Found, Wanted } from './wanted.ts';
import { inverseOfLoadBalancer } from '../inverse/load-balancer.ts';

/**
 * Makes a load balancer of any type, or brings one to what is described: part by part, each in place. Undone, new parts
 * are gone and old ones are as they were; groups behind it stay behind it.
 */
export function upsertLoadBalancer(compute: Compute): AnyOperation {
  return defineOperation({
    schema: upsertLoadBalancerSchema,
    examples: [
      { credentials: 'local-gce', region: 'us-central1', loadBalancerName: 'hello-lb', portRange: '8080' },
      {
        credentials: 'local-gce',
        loadBalancerName: 'hello-web',
        loadBalancerType: 'HTTP',
        portRange: '80',
        defaultService: { name: 'hello-web', healthCheck: { port: 8080, requestPath: '/healthz' } },
      },
    ],
    problems: problemsOf,
    cluster: () => null,
    preview: (_context, d) => preview(compute, d),
    inverse: (_context, d) => inverseOfLoadBalancer(compute, d),
    run: (context, d) => upsert(compute, context, d),
  });
}

function assemblyOf(d: UpsertLoadBalancer): Assembly {
  switch (d.loadBalancerType) {
    case 'HTTP':
      return assembleHttp;
    case 'INTERNAL_MANAGED':
      return assembleInternalHttp;
    case 'INTERNAL':
      return assembleInternal;
    case 'NETWORK':
      return assembleNetwork;
    case 'SSL':
      return assembleSslProxy;
    case 'TCP':
      return d.region === GLOBAL ? assembleTcpProxy : assembleTcpPassThrough;
  }
}

async function upsert(compute: Compute, context: OperationContext, d: UpsertLoadBalancer) {
  const { region, loadBalancerName: name } = d;
  context.touch({ kind: 'loadBalancer', region, name });
  for (const listener of d.listenersToDelete) context.touch({ kind: 'loadBalancer', region, name: listener });
  const found = await context.step('find', () => checked(compute, d));
  const wanted = assemblyOf(d)(d, found);
  for (const each of wanted) await ensure(compute, context, name, each);
  const extra = await context.step('listeners', () => listenersOf(compute, d, found));
  await removeAll(compute, context, [...extra, ...leftovers(found, wanted)], true);
  return [{ type: 'LoadBalancerResult', loadBalancers: { [region]: { name } } }];
}

/** What was found, where nothing speaks against the change. */
async function checked(compute: Compute, d: UpsertLoadBalancer): Promise<Found> {
  const found = await resolve(compute, d);
  const [problem] = await refusals(compute, d, found);
  if (problem) throw new Error(problem);
  return found;
}

/** Why an existing load balancer must not be changed so: one sentence each. */
async function refusals(compute: Compute, d: UpsertLoadBalancer, found: Found): Promise<string[]> {
  const problems: string[] = [];
  if (d.loadBalancerType === 'SSL' && !found.certificate)
    problems.push('certificate must name a certificate: a load balancer of type SSL ends TLS with it.');
  const balancer = found.existing && (await findLoadBalancer(compute, d.region, d.loadBalancerName));
  if (!balancer) return problems;
  const users = usersOf(balancer);
  if (users.length === 0) return problems;
  const wanted = assemblyOf(d)(d, found);
  const rule = wanted.at(-1);
  const plan = rule && (await look(compute, rule));
  if (plan?.act === 'replace')
    problems.push(
      `${Object.keys(plan.after).map(spinnakerName).join(', ')}: load balancer ${d.loadBalancerName} sends requests to ${users.join(', ')}, and a forwarding rule is made anew for another port, address or service, so that requests would be lost; make another load balancer beside it, or disable those first.`,
    );
  if (d.loadBalancerType === 'NETWORK' && leftovers(found, wanted).length > 0)
    problems.push(
      `sessionAffinity: a target pool keeps the one it was made with, and load balancer ${d.loadBalancerName} sends requests to ${users.join(', ')}; disable those first, then change it, then enable them.`,
    );
  return problems;
}

/** The name by which a description gives a rule's field. */
function spinnakerName(field: string): string {
  const names: Readonly<Record<string, string>> = {
    IPAddress: 'ipAddress',
    IPProtocol: 'ipProtocol',
    subnetwork: 'subnet',
  };
  return names[field] ?? field;
}

/** Parts that the load balancer had and now has others for. */
function leftovers(found: Found, wanted: readonly Wanted[]): Place[] {
  const { existing } = found;
  const has = (place: Place) =>
    wanted.some((each) => each.place.collection === place.collection && each.place.name === place.name);
  const pool: Place | null =
    existing?.pool && wanted[0]
      ? { collection: 'targetPools', region: wanted.at(-1)?.place.region ?? GLOBAL, name: existing.pool.name }
      : null;
  return [existing?.proxy ?? null, pool].filter((place) => place !== null).filter((place) => !has(place));
}

/** Rules and proxies of the listeners that are to go: of the same URL map alone. */
async function listenersOf(compute: Compute, d: UpsertLoadBalancer, found: Found): Promise<Place[]> {
  if (d.listenersToDelete.length === 0) return [];
  const mine = await findLoadBalancer(compute, d.region, d.loadBalancerName);
  const all = await listLoadBalancers(compute);
  return d.listenersToDelete
    .filter((name) => name !== d.loadBalancerName)
    .flatMap((name) => {
      const other = all.find((each) => each.region === d.region && each.rule.name === name);
      if (!other) return [];
      if (!mine?.urlMap || other.urlMap?.name !== mine.urlMap.name)
        throw new Error(
          `listenersToDelete: ${name} does not belong to URL map ${mine?.urlMap?.name ?? found.existing?.urlMap ?? ''}; delete it as a load balancer of its own.`,
        );
      return listenerPlaces(other);
    });
}

/** A listener's own parts, in the order in which they can go. */
export function listenerPlaces(balancer: LoadBalancer): Place[] {
  const rule: Place = { collection: 'forwardingRules', region: balancer.region, name: balancer.rule.name };
  return [rule, ...(balancer.proxy ? [balancer.proxy.place] : [])];
}

async function preview(compute: Compute, d: UpsertLoadBalancer): Promise<OperationPreview> {
  let found: Found;
  try {
    found = await resolve(compute, d);
  } catch (error) {
    return { changes: [], warnings: [], problems: [error instanceof Error ? error.message : String(error)] };
  }
  const wanted = assemblyOf(d)(d, found);
  const plans: Plan[] = await Promise.all(wanted.map((each) => look(compute, each)));
  const changes = wanted.map((each, index) => sentenceOf(plans[index] ?? { act: 'keep' }, each));
  const problems = await refusals(compute, d, found);
  const gone = leftovers(found, wanted).map((place) => `Removes ${labelOf(place)}.`);
  const listeners = isHttp(d) ? d.listenersToDelete.map((name) => `Removes listener ${name}.`) : [];
  return {
    changes: [...changes.filter((sentence) => sentence !== null), ...gone, ...listeners],
    warnings: [],
    problems,
  };
}
