import { capacitySchema } from '@gennaker/contracts/cloud-views';
import { underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { onlyTarget, placesOf, serverGroupTasks, waitForTargets } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type Stage, stageSchema } from './schema.ts';

const determineCapacity = underLocks<Stage>(placesOf, {
  name: 'determineSourceServerGroupCapacity',
  async run(context): Promise<TaskResult> {
    if (context.context.appliedCapacity !== undefined) return { status: 'SUCCEEDED' };
    const snapshot =
      context.context.sourceServerGroupCapacitySnapshot ??
      capacitySchema.safeParse(context.ancestorOutput('sourceServerGroupCapacitySnapshot')).data;
    if (!snapshot)
      return {
        status: 'TERMINAL',
        reason: {
          summary: 'sourceServerGroupCapacitySnapshot: no stage before this one has captured a capacity',
          next: 'put captureSourceServerGroupCapacity before it, or give min, max and desired',
        },
      };
    const found = await onlyTarget(context, 'the minimum is set');
    if ('refused' in found) return found.refused;
    const { group } = found;
    const { min, max, desired } = group.capacity;
    const wanted = Math.min(snapshot.min, desired);
    if (group['autoscalingPolicy'] === undefined || wanted === min)
      return {
        status: 'SUCCEEDED',
        context: { appliedCapacity: null },
        reason: {
          summary:
            wanted === min
              ? `${group.name} has a minimum of ${min} already`
              : `${group.name} has no autoscaler: its size is its minimum, and stays ${desired}`,
        },
      };
    return {
      status: 'SUCCEEDED',
      context: { appliedCapacity: { min: wanted, max, desired } },
      reason: { summary: `The minimum of ${group.name} goes from ${min} to ${wanted}` },
    };
  },
});

/** Gives a server group the minimum that the one before it had: until then it could not be scaled in. */
export default defineStage({
  type: 'applySourceServerGroupCapacity',
  label: 'Apply source capacity',
  description: 'Gives a server group the minimum that was captured of the one before it',
  schema: stageSchema,
  examples: [
    { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], target: 'current_asg_dynamic' },
  ],
  tasks: () =>
    serverGroupTasks<Stage>({
      operation: 'resizeServerGroup',
      prepare: determineCapacity,
      describe: ({ context: { appliedCapacity } }) => (appliedCapacity ? { capacity: appliedCapacity } : undefined),
      wait: waitForTargets<Stage>('waitForMinimum', (group, { context: { appliedCapacity } }, target) => {
        if (!group)
          throw new Error(`Server group ${target.serverGroupName} does not exist any more in ${target.region}.`);
        const { min } = group.capacity;
        return {
          met: !appliedCapacity || min === appliedCapacity.min,
          reason: {
            summary: `${group.name} has a minimum of ${min}${appliedCapacity ? `, and is to have ${appliedCapacity.min}` : ''}`,
          },
        };
      }),
    }),
});
