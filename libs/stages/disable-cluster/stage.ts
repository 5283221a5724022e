import { clusterTasks } from '@gennaker/extension-sdk/cluster-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { beyondRemaining } from './choose.ts';
import { disableClusterSchema } from './schema.ts';

/** Disables all but the newest enabled server groups of a cluster. */
export default defineStage({
  type: 'disableCluster',
  label: 'Disable cluster',
  description: 'Takes traffic from all server groups of a cluster but the newest',
  schema: disableClusterSchema,
  examples: [
    { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], remainingEnabledServerGroups: 1 },
  ],
  tasks: () =>
    clusterTasks({
      determine: 'determineServerGroupsToDisable',
      submit: 'disableCluster',
      wait: 'waitForClusterDisable',
      operation: 'disableServerGroup',
      choose: (free, kept, stage) =>
        beyondRemaining(
          free,
          kept,
          disableClusterSchema.parse(stage).remainingEnabledServerGroups,
          stage.preferLargerOverNewer === true,
        ),
      done: (group) => group === null || group.isDisabled,
      lacks: (group) => `still gets requests from ${group.loadBalancers.join(', ')}`,
    }),
});
