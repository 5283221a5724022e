import type { ServerGroupStage } from '@gennaker/contracts/server-group-stage';
import { clusterOf } from '@gennaker/extension-sdk/cluster-lock';
import { lookAtTargets, targetsOf } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage, type TaskDefinition } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

const referTargets: TaskDefinition<ServerGroupStage> = {
  name: 'referTargets',
  async run(context) {
    const { cloudProvider } = context.context;
    const found = targetsOf(context);
    return {
      status: 'SUCCEEDED',
      outputs: {
        targetReferences: found.map(({ account, region, serverGroupName }) => ({
          ...{ name: serverGroupName, cluster: clusterOf(serverGroupName), account, region, cloudProvider },
          asg: { name: serverGroupName },
        })),
      },
      reason: {
        summary: `The target is ${found.map((one) => `${one.serverGroupName} in ${one.region}`).join(' and ')}`,
      },
    };
  },
};

/** Settles on the server groups that a target means now; later stages of the execution go by it. */
export default defineStage({
  type: 'determineTargetServerGroup',
  label: 'Determine target server group',
  description: 'Settles on the server groups that a target means now, for later stages',
  schema: stageSchema,
  examples: [
    {
      credentials: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1'],
      target: 'ancestor_asg_dynamic',
    },
  ],
  tasks: () => lookAtTargets(referTargets),
});
