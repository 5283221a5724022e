import { clusterTasks } from '@gennaker/extension-sdk/cluster-stage';
import { clusterStageSchema } from '@gennaker/contracts/server-group-stage';
import { defineStage, type SyntheticStage } from '@gennaker/extension-sdk/stage';
import { beyondSize } from './choose.ts';
import { shrinkClusterSchema } from './schema.ts';

/** Destroys all but the newest server groups of a cluster. */
export default defineStage({
  type: 'shrinkCluster',
  label: 'Shrink cluster',
  description: 'Destroys all server groups of a cluster but the newest',
  schema: shrinkClusterSchema,
  examples: [{ credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], shrinkToSize: 2 }],
  // What is to go and serves loses its traffic first, as a step of its own.
  beforeStages({ context }): SyntheticStage[] {
    const { allowDeleteActive, runDisableClusterStep, shrinkToSize, retainLargerOverNewer, ...where } =
      shrinkClusterSchema.parse(context);
    if (!allowDeleteActive || runDisableClusterStep === false) return [];
    return [
      {
        type: 'disableCluster',
        name: 'Disable cluster',
        context: {
          ...clusterStageSchema.parse(where),
          remainingEnabledServerGroups: shrinkToSize,
          preferLargerOverNewer: retainLargerOverNewer === true,
          continueIfClusterNotFound: true,
        },
      },
    ];
  },
  tasks: () =>
    clusterTasks({
      determine: 'determineServerGroupsToDestroy',
      submit: 'shrinkCluster',
      wait: 'waitForClusterShrink',
      operation: 'destroyServerGroup',
      choose: (free, kept, stage) => {
        const { shrinkToSize, allowDeleteActive, retainLargerOverNewer } = shrinkClusterSchema.parse(stage);
        return beyondSize(free, kept, shrinkToSize, { allowDeleteActive, largerFirst: retainLargerOverNewer === true });
      },
      emptyIsDone: true,
      done: (group) => group === null,
      lacks: (group) => `still has ${group.instances.length} instances`,
    }),
});
