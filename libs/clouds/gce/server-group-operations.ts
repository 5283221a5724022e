import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import { attachBackend, backendGroups, detachBackend } from './backends.ts';
import type { Compute } from './compute.ts';
import { findTemplate, instanceGroupLink } from './groups.ts';
import { findLoadBalancer, listBackendServices, listLoadBalancers } from './load-balancers.ts';
import { type BackendService, type Group, metadataList, metadataValue, sameResource } from './resources.ts';
import { loadBalancingPolicySchema, type ServerGroupOperation, serverGroupOperationSchema } from './schema.ts';
import { clusterOf, example, mustFind, touch } from './server-group.ts';

/** Load balancers and policy that a group is meant for: our record, or else its template's metadata. */
export async function wantedTraffic(
  compute: Compute,
  context: Pick<OperationContext, 'getTraffic'>,
  d: ServerGroupOperation,
  group: Group,
) {
  const record = await context.getTraffic(d.region, d.serverGroupName);
  if (record) return { loadBalancers: [...record.loadBalancers], policy: record.policy ?? null };
  const metadata = (await findTemplate(compute, group.instanceTemplate))?.properties?.metadata;
  const policy = metadataValue(metadata, 'load-balancing-policy');
  return {
    loadBalancers: metadataList(metadata, 'load-balancer-names'),
    policy: policy ? (loadBalancingPolicySchema.safeParse(JSON.parse(policy)).data ?? null) : null,
  };
}

/** Puts a server group behind every load balancer it is meant for. */
export function enableServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: serverGroupOperationSchema,
    examples: [example],
    cluster: clusterOf,
    run: async (context, d) => {
      const plan = await context.step('find', async () => {
        const group = await mustFind(compute, d);
        const traffic = await wantedTraffic(compute, context, d, group);
        return { link: instanceGroupLink(group), ...traffic };
      });
      touch(context, d, plan.loadBalancers);
      const before = await context.step('before', () => context.getTraffic(d.region, d.serverGroupName));
      await context.step(
        'desired-traffic',
        () =>
          context.setTraffic(d.region, d.serverGroupName, {
            loadBalancers: plan.loadBalancers,
            enabled: true,
            ...(plan.policy ? { policy: plan.policy } : {}),
          }),
        () => context.setTraffic(d.region, d.serverGroupName, before),
      );
      const policy = loadBalancingPolicySchema.nullable().parse(plan.policy);
      for (const name of plan.loadBalancers) {
        await context.progress('TRAFFIC', `Putting ${d.serverGroupName} behind load balancer ${name}`);
        await context.step(
          `attach ${name}`,
          async () => {
            const balancer = await findLoadBalancer(compute, d.region, name);
            if (!balancer)
              throw new Error(
                `Load balancer ${name} does not exist in ${d.region}; ${d.serverGroupName} was made for it. Make it again, then enable.`,
              );
            const at = { region: d.region, backendService: balancer.service.name };
            await attachBackend(compute, context, at, plan.link, policy);
          },
          before?.enabled === false ? () => detachFrom(compute, context, d.region, name, plan.link) : undefined,
        );
      }
      return [{ type: 'EnableResult', serverGroupName: d.serverGroupName, loadBalancers: plan.loadBalancers }];
    },
  });
}

/** Undoes an attachment, where the load balancer still exists. */
async function detachFrom(compute: Compute, context: OperationContext, region: string, name: string, link: string) {
  const balancer = await findLoadBalancer(compute, region, name);
  if (balancer) await detachBackend(compute, context, { region, backendService: balancer.service.name }, link);
}

export interface Attached {
  readonly backendServices: readonly { readonly name: string; readonly drainSec: number }[];
  readonly loadBalancers: readonly string[];
}

/** Where a group gets requests from now, whoever put it there. */
export async function attachedTo(compute: Compute, region: string, link: string): Promise<Attached> {
  const [services, balancers] = await Promise.all([
    listBackendServices(compute, region),
    listLoadBalancers(compute, region),
  ]);
  const holds = (service: BackendService) => backendGroups(service).some((group) => sameResource(group, link));
  return {
    backendServices: services
      .filter(holds)
      .map((service) => ({ name: service.name, drainSec: service.connectionDraining?.drainingTimeoutSec ?? 0 })),
    loadBalancers: balancers.filter(({ service }) => holds(service)).map(({ rule }) => rule.name),
  };
}

/** Takes a group from behind what it is attached to; answers until when its open connections are served, epoch ms. */
export async function detachAll(
  compute: Compute,
  context: OperationContext,
  d: ServerGroupOperation,
  link: string,
  attached: Attached,
  undo?: (backendService: string) => Promise<void>,
): Promise<number> {
  for (const { name } of attached.backendServices) {
    await context.progress('TRAFFIC', `Taking ${d.serverGroupName} from behind backend service ${name}`);
    await context.step(
      `detach ${name}`,
      () => detachBackend(compute, context, { region: d.region, backendService: name }, link),
      undo && (() => undo(name)),
    );
  }
  const drain = Math.max(0, ...attached.backendServices.map((service) => service.drainSec));
  return context.step('drain-until', () => Promise.resolve(compute.now() + drain * 1_000));
}

/** Takes a server group from behind every load balancer; its instances run on, and open connections are served to their end. */
export function disableServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: serverGroupOperationSchema,
    examples: [example],
    cluster: clusterOf,
    run: async (context, d) => {
      const plan = await context.step('find', async () => {
        const group = await mustFind(compute, d);
        const link = instanceGroupLink(group);
        const attached = await attachedTo(compute, d.region, link);
        const wanted = await wantedTraffic(compute, context, d, group);
        return { link, attached, ...wanted };
      });
      const loadBalancers = [...new Set([...plan.loadBalancers, ...plan.attached.loadBalancers])];
      touch(context, d, loadBalancers);
      const before = await context.step('before', () => context.getTraffic(d.region, d.serverGroupName));
      const record = { loadBalancers, enabled: false, ...(plan.policy ? { policy: plan.policy } : {}) };
      await context.step(
        'desired-traffic',
        () => context.setTraffic(d.region, d.serverGroupName, record),
        () => context.setTraffic(d.region, d.serverGroupName, before),
      );
      const drainingUntil = await detachAll(compute, context, d, plan.link, plan.attached, async (name) => {
        const at = { region: d.region, backendService: name };
        await attachBackend(compute, context, at, plan.link, loadBalancingPolicySchema.nullable().parse(plan.policy));
      });
      if (plan.attached.backendServices.length > 0)
        await context.setTraffic(d.region, d.serverGroupName, { ...record, drainingUntil });
      return [{ type: 'DisableResult', serverGroupName: d.serverGroupName, loadBalancers, drainingUntil }];
    },
  });
}
