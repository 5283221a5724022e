import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import type { ResolvedTarget } from '@gennaker/contracts/server-group-stage';
import { clusterOf, underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { interestingHealth, upState } from '@gennaker/extension-sdk/server-group-health';
import { clusterGroups, liveGroup } from '@gennaker/extension-sdk/server-group-read';
import {
  type Condition,
  placesOf,
  serverGroupTasks,
  targetsOf,
  waitForTargets,
} from '@gennaker/extension-sdk/server-group-stage';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { newCapacity } from './capacity.ts';
import { type Capacity, type ResizeServerGroup, resizeServerGroupSchema } from './schema.ts';

type Context = TaskContext<ResizeServerGroup>;

const originalKey = (serverGroupName: string): string => `originalCapacity.${serverGroupName}`;
const minimumSchema = z.looseObject({ min: z.number() });
const words = ({ min, max, desired }: Capacity): string =>
  min === max ? String(desired) : `${desired} (between ${min} and ${max})`;

async function sourceOf(context: Context, target: ResolvedTarget): Promise<Capacity | undefined> {
  const { action, source } = context.context;
  if (action !== 'scale_to_server_group') return undefined;
  const serverGroupName = source?.serverGroupName ?? source?.asgName;
  if (!serverGroupName)
    throw new ServiceError(422, 'scale_to_server_group names no server group to be like', {
      field: 'source.serverGroupName',
      fix: 'name the server group whose size is wanted',
    });
  const account = source?.credentials ?? source?.account ?? target.account;
  const region = source?.region ?? target.region;
  const group = await liveGroup(context, { account, region, serverGroupName });
  if (!group)
    throw new ServiceError(422, `The server group to be like, ${serverGroupName}, does not exist in ${region}`, {
      field: 'source.serverGroupName',
      fix: 'name one that exists',
    });
  return group.capacity;
}

/** Decides on the new size of each target, and remembers the old one. */
const determineCapacity = underLocks<ResizeServerGroup>(placesOf, {
  name: 'determineCapacity',
  async run(context): Promise<TaskResult> {
    const found: NonNullable<ResizeServerGroup['targetCapacities']> = [];
    const originals: Record<string, Capacity> = {};
    for (const target of targetsOf(context)) {
      const { account, region, serverGroupName } = target;
      const groups = await clusterGroups(context, { account, region, cluster: clusterOf(serverGroupName) });
      const group = groups.find((one) => one.name === serverGroupName);
      if (!group)
        return {
          status: 'TERMINAL',
          reason: {
            summary: `There is no server group ${serverGroupName} in ${region} of account ${account}`,
            next: 'it was destroyed, or the name is wrong',
          },
        };
      const before = group.capacity;
      const original = minimumSchema.safeParse(context.ancestorOutput(originalKey(serverGroupName)));
      const capacity = newCapacity(context.context, {
        current: before,
        cluster: groups.map((one) => one.capacity),
        source: await sourceOf(context, target),
        minimumBefore: original.data?.min,
      });
      found.push({ account, region, serverGroupName, capacity, before });
      originals[originalKey(serverGroupName)] = before;
    }
    const [first] = found;
    return {
      status: 'SUCCEEDED',
      context: { ...originals, targetCapacities: found },
      // Not in the context, where it would be taken for the wish when the stage is run again.
      outputs: { ...originals, ...(first ? { capacity: first.capacity } : {}) },
      reason: {
        summary: found
          .map((one) => `${one.serverGroupName} goes from ${words(one.before)} to ${words(one.capacity)}`)
          .join('; '),
        evidence: { targetCapacities: found },
      },
    };
  },
});

const capacityFor = (context: Context, { account, region, serverGroupName }: ResolvedTarget): Capacity | undefined =>
  context.context.targetCapacities?.find(
    (one) => one.account === account && one.region === region && one.serverGroupName === serverGroupName,
  )?.capacity;

const restingSchema = z.looseObject({ mode: z.literal('OFF') });

/**
 * A group that an autoscaler sizes has the wanted bounds, and any size within them; another one, and one whose autoscaler
 * rests, has the wanted size.
 */
function hasCapacity(group: ServerGroup, wanted: Capacity): boolean {
  const { min, max, desired } = group.capacity;
  const policy = group['autoscalingPolicy'];
  if (policy === undefined || restingSchema.safeParse(policy).success) return desired === wanted.desired;
  return min === wanted.min && max === wanted.max && desired >= min && desired <= max;
}

function capacityMatch(group: ServerGroup | null, context: Context, target: ResolvedTarget): Condition {
  if (!group) throw new Error(`Server group ${target.serverGroupName} does not exist any more in ${target.region}.`);
  const wanted = capacityFor(context, target);
  if (!wanted) return { met: true, reason: { summary: `${group.name} stays as it is` } };
  const evidence = { serverGroup: group.name, wanted, capacity: group.capacity, instances: group.instances.length };
  if (!hasCapacity(group, wanted))
    return {
      met: false,
      reason: { summary: `${group.name} is to have ${words(wanted)} and has ${words(group.capacity)}`, evidence },
    };
  const { desired } = group.capacity;
  if (group.instances.length > desired)
    return {
      met: false,
      reason: { summary: `${group.name} has ${group.instances.length} instances and is to have ${desired}`, evidence },
    };
  // Without traffic nobody's health checks look at its instances: there it is enough that they exist.
  const stage = context.context;
  const asked = interestingHealth(stage, !group.isDisabled && group.loadBalancers.length > 0);
  const state = upState(group, desired, stage.targetHealthyDeployPercentage ?? 100, asked);
  const whole = group.instances.length === desired;
  return {
    met: state.enough && whole,
    hopeless: state.hopeless,
    ...(state.enough ? {} : { lacking: state }),
    reason:
      whole || !state.enough
        ? state.reason
        : { summary: `${group.name} has ${group.instances.length} of ${desired} instances`, evidence },
  };
}

/** Changes how many instances a server group has, and waits until it has them. */
export default defineStage({
  type: 'resizeServerGroup',
  aliases: ['resizeAsg', 'pinServerGroup'],
  label: 'Resize server group',
  description: 'Changes how many instances a server group has',
  schema: resizeServerGroupSchema,
  examples: [
    {
      credentials: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1'],
      target: 'current_asg_dynamic',
      action: 'scale_exact',
      capacity: { min: 4, max: 4, desired: 4 },
    },
    {
      credentials: 'local-gce',
      region: 'us-central1',
      serverGroupName: 'hello-prod-v000',
      action: 'scale_up',
      scalePct: 50,
    },
  ],
  tasks: () =>
    serverGroupTasks<ResizeServerGroup>({
      operation: 'resizeServerGroup',
      monitor: 'monitorServerGroup',
      prepare: determineCapacity,
      describe: (context, target) => {
        const capacity = capacityFor(context, target);
        const { autoscalingMode, writeMetadata } = context.context;
        return (
          capacity && {
            capacity,
            ...(autoscalingMode ? { autoscalingMode } : {}),
            ...(writeMetadata ? { writeMetadata } : {}),
          }
        );
      },
      wait: waitForTargets<ResizeServerGroup>('waitForCapacityMatch', capacityMatch),
    }),
});
