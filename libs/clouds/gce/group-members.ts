import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import { findAutoscaler } from './autoscalers.ts';
import type { Compute } from './compute.ts';
import { addressOf, type GroupAddress, managedInstances } from './groups.ts';
import { lastPart } from './resources.ts';
import { changing } from './safe-repeat.ts';
import type { ServerGroupOperation } from './schema.ts';
import { mustFind } from './server-group.ts';

/** Members of a group that an operation is about. */
export interface MembersPlan {
  readonly address: GroupAddress;
  readonly size: number;
  /** Smallest size that an autoscaler keeps; 0 without one. */
  readonly least: number;
  readonly links: readonly string[];
  readonly problem: string | null;
}

/** Finds members of a group. `goneIsFine`: those that are not there, or are being deleted, are left out. */
export async function planMembers(
  compute: Compute,
  d: ServerGroupOperation,
  ids: readonly string[],
  goneIsFine = false,
): Promise<MembersPlan> {
  const group = await mustFind(compute, d);
  const address = addressOf(group);
  const [members, autoscaler] = await Promise.all([
    managedInstances(compute, address, d.serverGroupName),
    findAutoscaler(compute, address, group),
  ]);
  const wanted = [...new Set(ids.map(lastPart))];
  const found = wanted.map((id) => ({
    id,
    member: members.find((one) => (one.name ?? lastPart(one.instance)) === id && one.currentAction !== 'DELETING'),
  }));
  const missing = found.filter(({ member }) => !member?.instance).map(({ id }) => id);
  return {
    address,
    size: group.targetSize ?? members.length,
    least: autoscaler?.autoscalingPolicy?.minNumReplicas ?? 0,
    links: found.flatMap(({ member }) => member?.instance ?? []),
    problem:
      missing.length > 0 && !goneIsFine
        ? `instance ${missing.join(', ')} is no member of ${d.serverGroupName}; its members are ${members.map((one) => one.name ?? lastPart(one.instance)).join(', ') || 'none'}`
        : null,
  };
}

/** As `planMembers`. @throws Error naming those that are no members */
export async function mustPlanMembers(
  compute: Compute,
  d: ServerGroupOperation,
  ids: readonly string[],
  goneIsFine = false,
) {
  const plan = await planMembers(compute, d, ids, goneIsFine);
  if (plan.problem) throw new Error(`${plan.problem}.`);
  return plan;
}

/** The request of each method: of a zonal group, of a regional one. */
const REQUESTS = {
  recreateInstances: [
    'instanceGroupManagersRecreateInstancesRequestResource',
    'regionInstanceGroupManagersRecreateRequestResource',
  ],
  deleteInstances: [
    'instanceGroupManagersDeleteInstancesRequestResource',
    'regionInstanceGroupManagersDeleteInstancesRequestResource',
  ],
  abandonInstances: [
    'instanceGroupManagersAbandonInstancesRequestResource',
    'regionInstanceGroupManagersAbandonInstancesRequestResource',
  ],
} as const;

/** One call for all of them, so that a repeat under the same request id changes nothing twice. */
export async function changeMembers(
  compute: Compute,
  context: OperationContext,
  address: GroupAddress,
  group: string,
  method: keyof typeof REQUESTS,
  links: readonly string[],
): Promise<void> {
  const body = REQUESTS[method][address.service === 'InstanceGroupManagers' ? 0 : 1];
  await compute.mutate(
    address.service,
    method,
    { ...address.scope, instanceGroupManager: group, [body]: { instances: links } },
    changing(context, method),
  );
}
