import { underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { lookAtTargets, onlyTarget, placesOf } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type Stage, stageSchema } from './schema.ts';

const snapshotCapacity = underLocks<Stage>(placesOf, {
  name: 'snapshotSourceServerGroup',
  async run(context): Promise<TaskResult> {
    const found = await onlyTarget(context, 'the capacity is captured');
    if ('refused' in found) return found.refused;
    const { group } = found;
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
