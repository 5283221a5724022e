import { describedFields, serverGroupTasks } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { deleteScalingPolicyStageSchema } from './schema.ts';

/** Takes the autoscaler or the autohealing from a server group; its size stays. */
export default defineStage({
  type: 'deleteScalingPolicy',
  label: 'Delete scaling policy',
  description: 'Takes the autoscaler or the autohealing from a server group',
  schema: deleteScalingPolicyStageSchema,
  examples: [
    { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], target: 'current_asg_dynamic' },
    {
      credentials: 'local-gce',
      region: 'us-central1',
      serverGroupName: 'hello-prod-v000',
      deleteAutoHealingPolicy: true,
    },
  ],
  tasks: () => serverGroupTasks({ operation: 'deleteScalingPolicy', describe: describedFields }),
});
