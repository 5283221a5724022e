import {
  type AnyOperation,
  defineOperation,
  type OperationContext,
  type OperationPreview,
} from '@gennaker/extension-sdk/cloud';
import type { Compute } from '../compute.ts';
import { regionOfZone } from '../groups.ts';
import { findLoadBalancer } from '../load-balancers/read.ts';
import { type Registration, registrationSchema } from '../load-balancers/schema.ts';
import { instanceSchema, lastPart, sameResource } from '../resources.ts';
import { changing, undoing } from '../safe-repeat.ts';
import { addToPool, removeFromPool } from './attach.ts';

/** A target pool, and the instances that are to be put in or taken out. */
interface PoolChange {
  readonly loadBalancer: string;
  readonly name: string;
  readonly region: string;
  readonly links: readonly string[];
}

const example = {
  credentials: 'local-gce',
  region: 'us-central1',
  loadBalancerNames: ['hello-network'],
  instanceIds: ['hello-prod-v001-ab12'],
};

/** Puts single instances into the target pools of load balancers of type NETWORK. */
export function registerInstancesWithLoadBalancer(compute: Compute): AnyOperation {
  return registration(compute, true);
}

/** Takes single instances out of the target pools of load balancers of type NETWORK; they run on. */
export function deregisterInstancesFromLoadBalancer(compute: Compute): AnyOperation {
  return registration(compute, false);
}

function registration(compute: Compute, into: boolean): AnyOperation {
  return defineOperation({
    schema: registrationSchema,
    examples: [example],
    cluster: () => null,
    takesAway: (d) => (into ? [] : [{ kind: 'instances', region: d.region, instanceIds: d.instanceIds.map(lastPart) }]),
    preview: async (_context, d): Promise<OperationPreview> => {
      try {
        const changes = await changesOf(compute, d, into);
        return {
          changes: changes.filter(({ links }) => links.length > 0).map((change) => `${textOf(change, into)}.`),
          warnings: [],
          problems: [],
        };
      } catch (error) {
        return { changes: [], warnings: [], problems: [error instanceof Error ? error.message : String(error)] };
      }
    },
    inverse: async (_context, d) => ({
      operations: (await changesOf(compute, d, into))
        .filter(({ links }) => links.length > 0)
        .map(({ loadBalancer, links }) => ({
          [into ? 'deregisterInstancesFromLoadBalancer' : 'registerInstancesWithLoadBalancer']: {
            credentials: d.credentials,
            region: d.region,
            loadBalancerNames: [loadBalancer],
            instanceIds: links.map(lastPart),
          },
        })),
    }),
    run: (context, d) => run(compute, context, d, into),
  });
}

const textOf = ({ loadBalancer, links }: PoolChange, into: boolean): string =>
  `${into ? 'Puts' : 'Takes'} ${links.map(lastPart).join(', ')} ${into ? 'into' : 'out of'} load balancer ${loadBalancer}`;

async function run(compute: Compute, context: OperationContext, d: Registration, into: boolean) {
  const changes = await context.step('find', () => changesOf(compute, d, into));
  for (const id of d.instanceIds)
    context.touch({ kind: 'serverGroup', region: d.region, name: id.replace(/-[a-z0-9]{4}$/, '') });
  const [go, back] = into ? [addToPool, removeFromPool] : [removeFromPool, addToPool];
  for (const change of changes) {
    const { loadBalancer, links } = change;
    context.touch({ kind: 'loadBalancer', region: d.region, name: loadBalancer });
    if (links.length === 0) continue;
    await context.progress('TRAFFIC', textOf(change, into));
    await context.step(
      `change ${loadBalancer}`,
      () => go(compute, change, links, changing(context, `change ${loadBalancer}`)),
      () => back(compute, change, links, undoing(context, `change ${loadBalancer}`)),
    );
  }
  return [
    {
      type: into ? 'RegisterResult' : 'DeregisterResult',
      loadBalancers: Object.fromEntries(changes.map(({ loadBalancer, links }) => [loadBalancer, links.map(lastPart)])),
    },
  ];
}

/** @throws Error naming a load balancer that is not there or knows no instances, or an instance that is not there */
async function changesOf(compute: Compute, d: Registration, into: boolean): Promise<PoolChange[]> {
  const links = await linksOf(compute, d, into);
  return Promise.all(
    d.loadBalancerNames.map(async (name) => {
      const balancer = await findLoadBalancer(compute, d.region, name);
      if (!balancer)
        throw new Error(
          `loadBalancerNames: load balancer ${name} does not exist in ${d.region} of account ${d.credentials}; correct the name or the region.`,
        );
      const { pool } = balancer;
      if (!pool)
        throw new Error(
          `loadBalancerNames: load balancer ${name} is of type ${balancer.type}, which knows server groups and no single instances; enable or disable the server group instead.`,
        );
      const inside = (link: string) => (pool.instances ?? []).some((each) => sameResource(each, link));
      return {
        loadBalancer: name,
        name: pool.name,
        region: balancer.region,
        links: links.filter((link) => inside(link) !== into),
      };
    }),
  );
}

async function linksOf(compute: Compute, d: Registration, into: boolean): Promise<string[]> {
  const all = await compute.aggregated('Instances', 'instances', instanceSchema);
  return d.instanceIds.flatMap((id) => {
    const found = all.find(({ name, zone }) => name === lastPart(id) && regionOfZone(lastPart(zone)) === d.region);
    if (found?.selfLink) return [found.selfLink];
    // What does not exist any more is in no pool.
    if (!into) return [];
    throw new Error(
      `instanceIds: there is no instance ${id} in ${d.region} of account ${d.credentials}; it may have been replaced, list the instances of its server group.`,
    );
  });
}
