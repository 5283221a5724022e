import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import {
  findAutoscaler,
  mergedPolicy,
  policyProblems,
  policyText,
  putAutoscaler,
  removeAutoscaler,
} from './autoscalers.ts';
import type { Compute, MutateOptions } from './compute.ts';
import { addressOf, type GroupAddress, groupPath, managedGroupLink } from './groups.ts';
import { healingWarnings, healthCheckProblem } from './health-check-lookup.ts';
import { planPolicyMetadata, policyChangeText } from './policy-metadata-change.ts';
import { type Autoscaler, autoscalerSchema, type Group, lastPart } from './resources.ts';
import { changing, undoing } from './safe-repeat.ts';
import {
  type DeleteScalingPolicy,
  deleteScalingPolicySchema,
  type ServerGroupOperation,
  type UpsertScalingPolicy,
  upsertScalingPolicySchema,
} from './schema.ts';
import { clusterOf, example, mustFind, touch } from './server-group.ts';
import { inverseOfScaling, inverseOfScalingRemoval } from './inverse/capacity.ts';
import { healingResource } from './template.ts';
import { changeTemplate } from './template-change.ts';

/** Makes or changes a server group's autoscaling, its autohealing or both; what is not said of a policy stays. */
export function upsertScalingPolicy(compute: Compute): AnyOperation {
  return defineOperation({
    schema: upsertScalingPolicySchema,
    examples: [
      {
        ...example,
        autoscalingPolicy: { minNumReplicas: 2, maxNumReplicas: 6, cpuUtilization: { utilizationTarget: 0.6 } },
      },
    ],
    problems: (d) =>
      d.autoscalingPolicy || d.autoHealingPolicy ? [] : ['autoscalingPolicy or autoHealingPolicy must be given'],
    cluster: clusterOf,
    takesAway: ({ region, serverGroupName, autoscalingPolicy }) =>
      autoscalingPolicy?.maxNumReplicas === undefined
        ? []
        : [{ kind: 'size', region, serverGroupName, max: autoscalingPolicy.maxNumReplicas }],
    preview: async (_context, d) => {
      const { plan, problems } = await planUpsert(compute, d);
      const { policy } = plan;
      if (problems.length > 0) return { changes: [], warnings: [], problems };
      return {
        changes: [
          ...(policy
            ? [`${plan.autoscaler ? 'Sets' : 'Makes'} the autoscaler of ${d.serverGroupName}: ${policyText(policy)}.`]
            : []),
          ...(d.autoHealingPolicy
            ? [
                `Makes instances of ${d.serverGroupName} anew when health check ${lastPart(d.autoHealingPolicy.healthCheck)} fails, from ${d.autoHealingPolicy.initialDelaySec} s after their start on.`,
              ]
            : []),
          ...(plan.metadata ? [policyChangeText(d.serverGroupName)] : []),
        ],
        warnings: [
          ...(policy && plan.size > policy.maxNumReplicas
            ? ['It has more instances than the new maximum; some are deleted.']
            : []),
          ...healingWarnings(d.autoHealingPolicy),
        ],
        problems: [],
      };
    },
    inverse: (_context, d) => inverseOfScaling(compute, d),
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', async () => {
        const found = await planUpsert(compute, d);
        if (found.problems.length > 0) throw new Error(`${found.problems.join('; ')}.`);
        return found.plan;
      });
      const { policy } = plan;
      if (policy) {
        const before = plan.autoscaler && autoscalerSchema.parse(plan.autoscaler);
        const at = { address: plan.address, group: d.serverGroupName, target: plan.target };
        await context.progress('AUTOSCALING', `Keeping ${d.serverGroupName} ${policyText(policy)}`);
        await context.step(
          'autoscaler',
          () => putAutoscaler(compute, at, before, policy, changing(context, 'autoscaler')),
          () =>
            before
              ? putAutoscaler(compute, at, before, before.autoscalingPolicy ?? {}, undoing(context, 'autoscaler'))
              : removeAutoscaler(compute, plan.address, d.serverGroupName, undoing(context, 'autoscaler')),
        );
      }
      if (d.autoHealingPolicy) {
        const healing = [healingResource(compute.project, d.autoHealingPolicy)];
        await context.progress(
          'AUTOHEALING',
          `Making instances of ${d.serverGroupName} anew when health check ${lastPart(d.autoHealingPolicy.healthCheck)} fails`,
        );
        await setHealing(compute, context, d, plan.address, healing, plan.healing);
      }
      if (plan.metadata) await changeTemplate(compute, context, d, plan.metadata, { type: 'OPPORTUNISTIC' });
      return [
        {
          type: 'ScalingPolicyResult',
          serverGroupName: d.serverGroupName,
          ...(policy ? { autoscalingPolicy: policy } : {}),
        },
      ];
    },
  });
}

async function planUpsert(compute: Compute, d: UpsertScalingPolicy) {
  const group = await mustFind(compute, d);
  const address = addressOf(group);
  const autoscaler = await findAutoscaler(compute, address, group);
  const policy = d.autoscalingPolicy ? mergedPolicy(autoscaler, d.autoscalingPolicy) : null;
  const healing = d.autoHealingPolicy ? await healthCheckProblem(compute, d.autoHealingPolicy) : null;
  const plan = {
    address,
    target: managedGroupLink(group),
    autoscaler,
    policy,
    size: group.targetSize ?? 0,
    healing: healingOf(group),
    metadata:
      d.writeMetadata && policy ? await planPolicyMetadata(compute, d, policy, d.autoscalingPolicy?.mode) : null,
  };
  return { plan, problems: [...(policy ? policyProblems(policy) : []), ...(healing ? [healing] : [])] };
}

/** Deletes a server group's autoscaler, or its autohealing. The group keeps its size. */
export function deleteScalingPolicy(compute: Compute): AnyOperation {
  return defineOperation({
    schema: deleteScalingPolicySchema,
    examples: [example, { ...example, deleteAutoHealingPolicy: true }],
    cluster: clusterOf,
    preview: async (_context, d) => {
      const plan = await planDelete(compute, d);
      const changes = d.deleteAutoHealingPolicy
        ? plan.healing.length > 0
          ? [`Ill instances of ${d.serverGroupName} are not made anew any more.`]
          : []
        : plan.autoscaler
          ? [`Deletes the autoscaler of ${d.serverGroupName}, which keeps its ${plan.size} instances.`]
          : [];
      const metadata = plan.metadata ? [policyChangeText(d.serverGroupName)] : [];
      return { changes: [...changes, ...metadata], warnings: [], problems: [] };
    },
    inverse: (_context, d) => inverseOfScalingRemoval(compute, d),
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', () => planDelete(compute, d));
      if (d.deleteAutoHealingPolicy) {
        await context.progress('AUTOHEALING', `Ending the autohealing of ${d.serverGroupName}`);
        if (plan.healing.length > 0) await setHealing(compute, context, d, plan.address, [], plan.healing);
      } else if (plan.autoscaler) {
        const before = autoscalerSchema.parse(plan.autoscaler);
        const at = { address: plan.address, group: d.serverGroupName, target: plan.target };
        await context.progress('AUTOSCALING', `Deleting the autoscaler of ${d.serverGroupName}`);
        await context.step(
          'autoscaler',
          () => removeAutoscaler(compute, plan.address, before.name, changing(context, 'autoscaler')),
          () => restoreAutoscaler(compute, at, before, undoing(context, 'autoscaler')),
        );
      } else await context.progress('AUTOSCALING', `${d.serverGroupName} has no autoscaler: nothing to delete`);
      if (plan.metadata) await changeTemplate(compute, context, d, plan.metadata, { type: 'OPPORTUNISTIC' });
      return [{ type: 'ScalingPolicyResult', serverGroupName: d.serverGroupName }];
    },
  });
}

async function planDelete(compute: Compute, d: DeleteScalingPolicy) {
  const group = await mustFind(compute, d);
  const address = addressOf(group);
  return {
    address,
    target: managedGroupLink(group),
    autoscaler: await findAutoscaler(compute, address, group),
    size: group.targetSize ?? 0,
    healing: healingOf(group),
    metadata: d.writeMetadata && !d.deleteAutoHealingPolicy ? await planPolicyMetadata(compute, d, null) : null,
  };
}

const healingOf = (group: Group): object[] =>
  (group.autoHealingPolicies ?? []).map(({ healthCheck, initialDelaySec }) => ({ healthCheck, initialDelaySec }));

/** Makes a deleted autoscaler again as it was, if it is not there. */
function restoreAutoscaler(
  compute: Compute,
  at: { readonly address: GroupAddress; readonly group: string; readonly target: string },
  before: Autoscaler,
  options: MutateOptions,
): Promise<void> {
  return putAutoscaler(compute, { ...at, group: before.name }, null, before.autoscalingPolicy ?? {}, options);
}

/** A plain request: the client library cannot send an empty list. */
async function setHealing(
  compute: Compute,
  context: OperationContext,
  d: ServerGroupOperation,
  address: GroupAddress,
  policies: readonly object[],
  before: readonly object[],
): Promise<void> {
  const path = groupPath(address, d.serverGroupName);
  const set = async (autoHealingPolicies: readonly object[], options: MutateOptions) =>
    void (await compute.write('PATCH', path, { autoHealingPolicies }, options));
  await context.step(
    'autohealing',
    () => set(policies, changing(context, 'autohealing')),
    () => set(before, undoing(context, 'autohealing')),
  );
}
