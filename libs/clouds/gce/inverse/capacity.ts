import type { Inverse } from '@gennaker/extension-sdk/cloud';
import { findAutoscaler, mergedPolicy } from '../autoscalers.ts';
import type { Compute } from '../compute.ts';
import { addressOf } from '../groups.ts';
import {
  autoscalingPolicySchema,
  type DeleteScalingPolicy,
  type ResizeServerGroup,
  type ServerGroupOperation,
  type UpsertScalingPolicy,
} from '../schema.ts';
import { mustFind } from '../server-group.ts';

/** Which server group an inverse is about. */
export const placeOf = ({ credentials, region, serverGroupName }: ServerGroupOperation) => ({
  credentials,
  region,
  serverGroupName,
});

/** The size that a group has now, and the bounds and mode of its autoscaler. */
export async function inverseOfResize(compute: Compute, d: ResizeServerGroup): Promise<Inverse> {
  const group = await mustFind(compute, d);
  const policy = (await findAutoscaler(compute, addressOf(group), group))?.autoscalingPolicy;
  const size = group.targetSize ?? 0;
  // An autoscaler that rests over nothing keeps its bounds.
  if (policy?.mode === 'OFF' && size === 0)
    return { operations: [{ resizeServerGroup: { ...placeOf(d), capacity: { min: 0, max: 0, desired: 0 } } }] };
  const capacity = {
    min: policy?.minNumReplicas ?? size,
    max: policy?.maxNumReplicas ?? size,
    desired: size,
  };
  return {
    operations: [
      {
        resizeServerGroup: {
          ...placeOf(d),
          capacity,
          ...(policy ? { autoscalingMode: autoscalingPolicySchema.shape.mode.parse(policy.mode ?? 'ON') } : {}),
          ...metadataOf(d),
        },
      },
    ],
  };
}

/** The autoscaling and autohealing that a group has now. What a change only adds is undone by making it anew. */
export async function inverseOfScaling(compute: Compute, d: UpsertScalingPolicy): Promise<Inverse> {
  const group = await mustFind(compute, d);
  const autoscaler = await findAutoscaler(compute, addressOf(group), group);
  const [healing] = group.autoHealingPolicies ?? [];
  const at = { ...placeOf(d), ...metadataOf(d) };
  const before = withoutNulls(autoscaler?.autoscalingPolicy ?? {});
  const added = Object.entries(d.autoscalingPolicy ?? {}).some(
    ([key, value]) => value !== undefined && value !== null && !(key in before),
  );
  return {
    operations: [
      ...(d.autoscalingPolicy && (!autoscaler || added) ? [{ deleteScalingPolicy: at }] : []),
      ...(d.autoscalingPolicy && autoscaler
        ? [{ upsertScalingPolicy: { ...at, autoscalingPolicy: mergedPolicy(null, before) } }]
        : []),
      ...(d.autoHealingPolicy
        ? healing?.healthCheck
          ? [{ upsertScalingPolicy: { ...at, autoHealingPolicy: healingOf(healing) } }]
          : [{ deleteScalingPolicy: { ...at, deleteAutoHealingPolicy: true } }]
        : []),
    ],
  };
}

/** The autoscaling or the autohealing that is about to be deleted. */
export async function inverseOfScalingRemoval(compute: Compute, d: DeleteScalingPolicy): Promise<Inverse> {
  const group = await mustFind(compute, d);
  const at = { ...placeOf(d), ...metadataOf(d) };
  if (d.deleteAutoHealingPolicy) {
    const [healing] = group.autoHealingPolicies ?? [];
    return {
      operations: healing?.healthCheck
        ? [{ upsertScalingPolicy: { ...at, autoHealingPolicy: healingOf(healing) } }]
        : [],
    };
  }
  const policy = (await findAutoscaler(compute, addressOf(group), group))?.autoscalingPolicy;
  return {
    operations: policy ? [{ upsertScalingPolicy: { ...at, autoscalingPolicy: withoutNulls(policy) } }] : [],
  };
}

/** What told the policy in the template's metadata tells it there again when it is taken back. */
const metadataOf = ({ writeMetadata }: Pick<ResizeServerGroup, 'writeMetadata'>) =>
  writeMetadata ? { writeMetadata } : {};

const healingOf = (healing: {
  readonly healthCheck?: string | null | undefined;
  readonly initialDelaySec?: number | null | undefined;
}) => ({ healthCheck: healing.healthCheck, initialDelaySec: healing.initialDelaySec ?? 300 });

const withoutNulls = (values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
