import { clusterTasks } from '@gennaker/extension-sdk/cluster-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { beyondSize } from './choose.ts';
import { shrinkClusterSchema } from './schema.ts';

/** Destroys all but the newest server groups of a cluster. */
export default defineStage({
  type: 'shrinkCluster',
  label: 'Shrink cluster',
  description: 'Destroys all server groups of a cluster but the newest',
  schema: shrinkClusterSchema,
  examples: [{ credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], shrinkToSize: 2 }],
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
      done: (group) => group === null,
    }),
});
