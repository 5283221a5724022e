import { underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { liveGroup } from '@gennaker/extension-sdk/server-group-read';
import { lookAtTargets, placesOf, targetsOf } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type Stage, stageSchema } from './schema.ts';

const snapshotCapacity = underLocks<Stage>(placesOf, {
  name: 'snapshotSourceServerGroup',
  async run(context): Promise<TaskResult> {
    const [target, another] = targetsOf(context);
    if (!target || another)
      return {
        status: 'TERMINAL',
        reason: {
          summary: 'regions: the capacity of one server group is captured, and several regions are named',
          next: 'add a stage for each region',
        },
      };
    const group = await liveGroup(context, target);
    if (!group)
      return {
        status: 'TERMINAL',
        reason: {
          summary: `There is no server group ${target.serverGroupName} in ${target.region} of account ${target.account}`,
          next: 'it was destroyed, or the name is wrong',
        },
      };
    const { min, max, desired } = group.capacity;
    return {
      status: 'SUCCEEDED',
      outputs: {
        sourceServerGroupCapacitySnapshot: { min, max, desired, serverGroupName: group.name },
        // What takes over is not scaled in before its own minimum is given back.
        capacity: { min: desired, max, desired },
        useSourceCapacity: false,
      },
      reason: { summary: `${group.name} has ${desired} instances (between ${min} and ${max})` },
    };
  },
});

/** Remembers how large a server group is, for a later applySourceServerGroupCapacity. */
export default defineStage({
  type: 'captureSourceServerGroupCapacity',
  label: 'Capture source capacity',
  description: 'Remembers how large a server group is, for the one that takes over from it',
  schema: stageSchema,
  examples: [
    { source: { account: 'local-gce', region: 'us-central1', asgName: 'hello-prod-v000' } },
    { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], target: 'current_asg_dynamic' },
  ],
  tasks: () => lookAtTargets(snapshotCapacity),
});
