import { describedFields, serverGroupTasks } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { upsertScalingPolicyStageSchema } from './schema.ts';

/** Gives a server group an autoscaler or autohealing, or changes them. */
export default defineStage({
  type: 'upsertScalingPolicy',
  label: 'Set scaling policy',
  description: 'Gives a server group an autoscaler or autohealing, or changes them',
  schema: upsertScalingPolicyStageSchema,
  examples: [
    {
      credentials: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1'],
      target: 'current_asg_dynamic',
      autoscalingPolicy: { minNumReplicas: 2, maxNumReplicas: 6, cpuUtilization: { utilizationTarget: 0.6 } },
    },
  ],
  tasks: () => serverGroupTasks({ operation: 'upsertScalingPolicy', describe: describedFields }),
});
