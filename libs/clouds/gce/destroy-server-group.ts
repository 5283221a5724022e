import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import { findAutoscaler, removeAutoscaler } from './autoscalers.ts';
import type { Compute } from './compute.ts';
import { findGroup } from './groups.ts';
import { lastPart } from './resources.ts';
import { changing, ignoreAbsent } from './safe-repeat.ts';
import { serverGroupOperationSchema } from './schema.ts';
import { clusterOf, example, touch } from './server-group.ts';
import { detachAll, touchNamed, touchTargets } from './traffic/steps.ts';
import { attachedTargets } from './traffic/targets.ts';
import { trafficGroup } from './traffic/wanted.ts';

/** Destroys a server group with its template. One that is not there counts as destroyed. */
export function destroyServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: serverGroupOperationSchema,
    examples: [example],
    cluster: clusterOf,
    run: async (context, d) => {
      const plan = await context.step('find', async () => {
        const group = await findGroup(compute, d.region, d.serverGroupName);
        if (!group) return null;
        const record = await context.getTraffic(d.region, d.serverGroupName);
        const traffic = trafficGroup(group);
        const autoscaler = await findAutoscaler(compute, traffic.address, group);
        return {
          group: traffic,
          autoscaler: autoscaler?.name ?? null,
          template: lastPart(group.instanceTemplate),
          attached: await attachedTargets(compute, group, traffic.link),
          drainingUntil: record?.drainingUntil ?? 0,
          loadBalancers: [...(record?.loadBalancers ?? [])],
        };
      });
      touch(context, d);
      touchTargets(context, plan?.attached.targets ?? []);
      touchNamed(context, d.region, plan?.loadBalancers ?? []);
      if (!plan) {
        await context.progress('DESTROY', `${d.serverGroupName} does not exist in ${d.region}: nothing to destroy`);
        await context.setTraffic(d.region, d.serverGroupName, null);
        return [{ type: 'DestroyResult', serverGroupName: d.serverGroupName, existed: false }];
      }
      const { address } = plan.group;
      const detachedUntil = await detachAll(compute, context, plan.attached.targets, plan.group);
      await drain(compute, context, d.serverGroupName, Math.max(detachedUntil, plan.drainingUntil));
      await context.progress('DESTROY', `Deleting ${d.serverGroupName} and its instances`);
      const { autoscaler } = plan;
      if (autoscaler)
        await context.step('autoscaler', () =>
          removeAutoscaler(compute, address, autoscaler, changing(context, 'autoscaler')),
        );
      await context.step('group', () =>
        ignoreAbsent(
          compute.mutate(
            address.service,
            'delete',
            { ...address.scope, instanceGroupManager: d.serverGroupName },
            { requestId: context.requestId('group'), signal: context.signal },
          ),
        ),
      );
      await context.step('template', () =>
        ignoreAbsent(
          compute.mutate(
            'InstanceTemplates',
            'delete',
            { instanceTemplate: plan.template },
            { requestId: context.requestId('template'), signal: context.signal },
          ),
        ),
      );
      await context.setTraffic(d.region, d.serverGroupName, null);
      return [{ type: 'DestroyResult', serverGroupName: d.serverGroupName, existed: true }];
    },
  });
}

/** Lets connections that the load balancer still serves come to their end before the instances go. */
async function drain(compute: Compute, context: OperationContext, name: string, until: number): Promise<void> {
  const left = until - compute.now();
  if (left <= 0) return;
  await context.progress('DRAIN', `Waiting ${Math.ceil(left / 1_000)} s for the open connections of ${name}`);
  await compute.sleep(left, context.signal);
}
