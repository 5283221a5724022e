import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import { findAutoscaler, putAutoscaler, removeAutoscaler } from './autoscalers.ts';
import type { Compute } from './compute.ts';
import { findGroup, managedGroupLink } from './groups.ts';
import { lastPart } from './resources.ts';
import { autoscalerSchema } from './resources.ts';
import { changing, ignoreAbsent, undoing } from './safe-repeat.ts';
import { type ServerGroupOperation, serverGroupOperationSchema } from './schema.ts';
import { clusterOf, example, touch } from './server-group.ts';
import { removeTemplate, templatesOf } from './template-removal.ts';
import { detachAll, targetText, touchNamed, touchTargets, undoDetach } from './traffic/steps.ts';
import { attachedTargets } from './traffic/targets.ts';
import { shareOf, trafficGroup } from './traffic/wanted.ts';
import { inverseOfDestruction } from './inverse/creation.ts';

/**
 * Destroys a server group with its templates. One that is not there counts as destroyed. Until Google has deleted the
 * group a failure puts it back behind its load balancers.
 */
export function destroyServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: serverGroupOperationSchema,
    examples: [example],
    cluster: clusterOf,
    takesAway: (d) => [{ kind: 'all', region: d.region, serverGroupName: d.serverGroupName }],
    becomes: (d) => [{ kind: 'gone', region: d.region, serverGroupName: d.serverGroupName }],
    preview: async (context, d) => {
      const plan = await planDestroy(compute, context, d);
      if (!plan.group)
        return {
          changes: plan.templates.map((name) => `Deletes instance template ${name}.`),
          warnings: [],
          problems: [],
        };
      return {
        changes: [
          ...plan.attached.targets.map((target) => `Takes ${d.serverGroupName} out of ${targetText(target)}.`),
          `Deletes ${d.serverGroupName} and its ${plan.size} instance${plan.size === 1 ? '' : 's'}.`,
          ...plan.templates.map((name) => `Deletes instance template ${name}.`),
        ],
        warnings: [
          ...(plan.attached.targets.length > 0
            ? [
                `It serves requests now; open connections are served for up to ${Math.max(0, ...plan.attached.targets.map((target) => target.drainSec))} s.`,
              ]
            : []),
          'What is on the disks of its instances is lost.',
        ],
        problems: [],
      };
    },
    inverse: async (_context, d) => inverseOfDestruction(compute, d),
    run: async (context, d) => {
      const plan = await context.step('find', () => planDestroy(compute, context, d));
      touch(context, d);
      touchTargets(context, plan.attached.targets);
      touchNamed(context, d.region, plan.loadBalancers);
      if (plan.group) await destroyGroup(compute, context, d, { ...plan, group: plan.group });
      else await context.progress('DESTROY', `${d.serverGroupName} does not exist in ${d.region}: nothing to destroy`);
      for (const name of plan.templates)
        await context.step(`template ${name}`, () => removeTemplate(compute, context, name));
      await context.setTraffic(d.region, d.serverGroupName, null);
      return [{ type: 'DestroyResult', serverGroupName: d.serverGroupName, existed: plan.group !== null }];
    },
  });
}

async function planDestroy(compute: Compute, context: Pick<OperationContext, 'getTraffic'>, d: ServerGroupOperation) {
  const [found, record] = await Promise.all([
    findGroup(compute, d.region, d.serverGroupName),
    context.getTraffic(d.region, d.serverGroupName),
  ]);
  const templates = await templatesOf(compute, d.region, d.serverGroupName);
  const loadBalancers = [...(record?.loadBalancers ?? [])];
  if (!found)
    return {
      group: null,
      size: 0,
      target: '',
      autoscaler: null,
      attached: { targets: [], loadBalancers: [], backends: {} },
      record,
      templates,
      loadBalancers,
    };
  const group = trafficGroup(found);
  const own = lastPart(found.instanceTemplate);
  return {
    group,
    size: found.targetSize ?? 0,
    target: managedGroupLink(found),
    autoscaler: await findAutoscaler(compute, group.address, found),
    attached: await attachedTargets(compute, found, group.link),
    record,
    templates: [...new Set([...(own ? [own] : []), ...templates])],
    loadBalancers,
  };
}

type Plan = Awaited<ReturnType<typeof planDestroy>>;

async function destroyGroup(
  compute: Compute,
  context: OperationContext,
  d: ServerGroupOperation,
  plan: Plan & { readonly group: NonNullable<Plan['group']> },
): Promise<void> {
  const { group, attached, record } = plan;
  const { address } = group;
  // What Google has deleted meanwhile cannot be put back.
  const stillThere = async () => (await findGroup(compute, d.region, d.serverGroupName)) !== null;
  const putBack = undoDetach(
    compute,
    context,
    group,
    record ? shareOf(record) : { policy: null, percentage: 100 },
    attached.backends,
  );
  const detachedUntil = await detachAll(compute, context, attached.targets, group, async (target) =>
    (await stillThere()) ? putBack(target) : false,
  );
  await drain(compute, context, d.serverGroupName, Math.max(detachedUntil, record?.drainingUntil ?? 0));
  await context.progress('DESTROY', `Deleting ${d.serverGroupName} and its instances`);
  if (plan.autoscaler) {
    const before = autoscalerSchema.parse(plan.autoscaler);
    await context.step(
      'autoscaler',
      () => removeAutoscaler(compute, address, before.name, changing(context, 'autoscaler')),
      async () => {
        if (!(await stillThere())) return;
        const at = { address, group: before.name, target: before.target ?? plan.target };
        await putAutoscaler(compute, at, null, before.autoscalingPolicy ?? {}, undoing(context, 'autoscaler'));
      },
    );
  }
  await context.step(
    'group',
    () =>
      ignoreAbsent(
        compute.mutate(
          address.service,
          'delete',
          { ...address.scope, instanceGroupManager: d.serverGroupName },
          changing(context, 'group'),
        ),
      ),
    { stays: () => `${d.serverGroupName} is deleted, with its instances` },
  );
}

/** Lets connections that the load balancer still serves come to their end before the instances go. */
async function drain(compute: Compute, context: OperationContext, name: string, until: number): Promise<void> {
  const left = until - compute.now();
  if (left <= 0) return;
  await context.progress('DRAIN', `Waiting ${Math.ceil(left / 1_000)} s for the open connections of ${name}`);
  await compute.sleep(left, context.signal);
}
