import { submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { acquireClusterLock, releaseClusterLock } from '@gennaker/extension-sdk/cluster-lock';
import { awaitNewServerGroup, strategyStages } from '@gennaker/extension-sdk/new-server-group';
import { defineStage, type TaskContext } from '@gennaker/extension-sdk/stage';
import { describe, imageOf, placeOf } from './description.ts';
import { type CreateServerGroupStage, createServerGroupStageSchema } from './schema.ts';

const places = (context: TaskContext<CreateServerGroupStage>) => [placeOf(context)];

/** Makes one server group, waits until it is up, and lets its strategy see to the older ones. */
export default defineStage({
  type: 'createServerGroup',
  label: 'Create server group',
  description: 'Makes a server group from an image and waits until its instances are up',
  schema: createServerGroupStageSchema,
  examples: [
    {
      account: 'local-gce',
      application: 'hello',
      stack: 'prod',
      region: 'us-central1',
      cloudProvider: 'gce',
      image: 'hello-1-0-0',
      capacity: { min: 2, max: 2, desired: 2 },
      loadBalancers: ['hello-lb'],
      strategy: 'none',
      enableTraffic: false,
    },
  ],
  tasks: () => [
    acquireClusterLock(places),
    submitOperation('createServerGroup', places, (context) => ({
      provider: context.context.cloudProvider,
      descriptions: [{ createServerGroup: describe(context) }],
    })),
    ...awaitNewServerGroup(placeOf, imageOf),
    releaseClusterLock(),
  ],
  afterStages: strategyStages,
});
