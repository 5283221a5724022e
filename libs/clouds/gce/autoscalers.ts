import type { Compute, MutateOptions } from './compute.ts';
import type { Service } from './client-library.ts';
import type { GroupAddress } from './groups.ts';
import { type Autoscaler, autoscalerSchema, type Group, lastPart, sameResource, withoutHelpers } from './resources.ts';
import { ignoreAbsent, insertOnce } from './safe-repeat.ts';
import { type AutoscalingPolicy, autoscalingPolicySchema } from './schema.ts';

/** Where the autoscaler of a group is. */
function placeOf(address: GroupAddress): { readonly service: Service; readonly scope: Record<string, string> } {
  return 'region' in address.scope
    ? { service: 'RegionAutoscalers', scope: { region: address.scope.region } }
    : { service: 'Autoscalers', scope: { zone: address.scope.zone } };
}

/** The autoscaler of a group; null when it has none. */
export async function findAutoscaler(
  compute: Compute,
  address: GroupAddress,
  group: Group,
): Promise<Autoscaler | null> {
  const { service, scope } = placeOf(address);
  const name = lastPart(group.status?.autoscaler) || group.name;
  const found = await compute.find(service, 'get', { ...scope, autoscaler: name }, autoscalerSchema);
  return found && withoutHelpers(found);
}

/** Every autoscaler of the account. */
export async function listAutoscalers(compute: Compute): Promise<Autoscaler[]> {
  return withoutHelpers(await compute.aggregated('Autoscalers', 'autoscalers', autoscalerSchema));
}

/** What an autoscaler is told, with what is left out filled from what it was told before; a utilization without a target is taken away. */
export function mergedPolicy(
  before: Autoscaler | null,
  wanted: AutoscalingPolicy,
): AutoscalingPolicy & { readonly minNumReplicas: number; readonly maxNumReplicas: number } {
  const known: Record<string, unknown> = { ...before?.autoscalingPolicy };
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined && value !== null));
  const merged: Record<string, unknown> = { mode: 'ON', coolDownPeriodSec: 60, ...known, ...given };
  for (const key of ['cpuUtilization', 'loadBalancingUtilization'] as const)
    if (wanted[key] && wanted[key].utilizationTarget === undefined) delete merged[key];
  const min = Number(merged['minNumReplicas'] ?? 1);
  return { ...merged, minNumReplicas: min, maxNumReplicas: Number(merged['maxNumReplicas'] ?? min) };
}

/** What is wrong with a policy: one sentence each. */
export function policyProblems(policy: { readonly minNumReplicas: number; readonly maxNumReplicas: number }): string[] {
  const { minNumReplicas: min, maxNumReplicas: max } = policy;
  return [
    ...(max < 1 ? [`autoscalingPolicy.maxNumReplicas must be at least 1, and is ${max}`] : []),
    ...(min > max
      ? [`autoscalingPolicy.minNumReplicas must not be above maxNumReplicas, and is ${min} of ${max}`]
      : []),
  ];
}

/** Gives a group's autoscaler a policy; makes one where there is none. */
export async function putAutoscaler(
  compute: Compute,
  at: { readonly address: GroupAddress; readonly group: string; readonly target: string },
  before: Autoscaler | null,
  policy: object,
  options: MutateOptions,
): Promise<void> {
  const { service, scope } = placeOf(at.address);
  const name = before?.name ?? at.group;
  const autoscalerResource = { name, target: before?.target ?? at.target, autoscalingPolicy: policy };
  if (before) {
    await compute.mutate(service, 'update', { ...scope, autoscaler: name, autoscalerResource }, options);
    return;
  }
  await insertOnce(
    () => compute.mutate(service, 'insert', { ...scope, autoscalerResource }, options),
    async () => {
      const found = await compute.find(service, 'get', { ...scope, autoscaler: name }, autoscalerSchema);
      return sameResource(found?.target, at.target);
    },
  );
}

/** Deletes a group's autoscaler; the group keeps its size. */
export function removeAutoscaler(
  compute: Compute,
  address: GroupAddress,
  name: string,
  options: MutateOptions,
): Promise<void> {
  const { service, scope } = placeOf(address);
  return ignoreAbsent(compute.mutate(service, 'delete', { ...scope, autoscaler: name }, options));
}

/** Says what a policy does: `between 2 and 6 instances, at 60 % CPU, at least 4 by schedule night`. */
export function policyText(policy: {
  readonly minNumReplicas?: number | null | undefined;
  readonly maxNumReplicas?: number | null | undefined;
  readonly mode?: string | null | undefined;
  readonly [key: string]: unknown;
}): string {
  const cpu = policy['cpuUtilization'];
  const target =
    typeof cpu === 'object' && cpu !== null && 'utilizationTarget' in cpu ? Number(cpu.utilizationTarget) : null;
  const mode = policy.mode ?? 'ON';
  return [
    `between ${policy.minNumReplicas ?? '?'} and ${policy.maxNumReplicas ?? '?'} instances`,
    ...(target === null ? [] : [`at ${Math.round(target * 100)} % CPU`]),
    ...schedulesOf(policy).map(
      ([name, { minRequiredReplicas }]) => `at least ${minRequiredReplicas} by schedule ${name}`,
    ),
    ...(mode === 'ON' ? [] : [`mode ${mode}`]),
  ].join(', ');
}

/** Schedules of a policy that are not disabled. */
function schedulesOf(policy: { readonly [key: string]: unknown }) {
  const { scalingSchedules } = autoscalingPolicySchema.pick({ scalingSchedules: true }).catch({}).parse(policy);
  return Object.entries(scalingSchedules ?? {}).filter(([, { disabled }]) => !disabled);
}
