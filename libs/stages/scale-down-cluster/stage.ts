import { clusterTasks } from '@gennaker/extension-sdk/cluster-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { beyondFullSize } from './choose.ts';
import { scaleDownClusterSchema } from './schema.ts';

/** Takes all instances from all but the newest server groups of a cluster; the groups stay. */
export default defineStage({
  type: 'scaleDownCluster',
  label: 'Scale down cluster',
  description: 'Takes all instances from the server groups of a cluster but the newest',
  schema: scaleDownClusterSchema,
  examples: [
    { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'], remainingFullSizeServerGroups: 1 },
  ],
  tasks: () =>
    clusterTasks({
      determine: 'determineServerGroupsToScaleDown',
      submit: 'scaleDownCluster',
      wait: 'waitForClusterScaleDown',
      operation: 'resizeServerGroup',
      description: { capacity: { min: 0, max: 0, desired: 0 } },
      choose: (free, kept, stage) => {
        const { remainingFullSizeServerGroups, allowScaleDownActive } = scaleDownClusterSchema.parse(stage);
        return beyondFullSize(free, kept, remainingFullSizeServerGroups, {
          allowActive: allowScaleDownActive,
          largerFirst: stage.preferLargerOverNewer === true,
        });
      },
      done: (group) => group === null || group.instances.length === 0,
      lacks: (group) => `still has ${group.instances.length} instances`,
    }),
});
