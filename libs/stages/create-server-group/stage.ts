import { takenBackWhenCancelled } from '@gennaker/extension-sdk/cancelled-deploy';
import { submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { acquireClusterLock } from '@gennaker/extension-sdk/cluster-lock';
import {
  strategyBeforeStages,
  strategyFailureStages,
  strategyOf,
  strategyStages,
} from '@gennaker/extension-sdk/deploy-strategy';
import { awaitNewServerGroup, withoutRun } from '@gennaker/extension-sdk/new-server-group';
import { determineReplaced } from '@gennaker/extension-sdk/replaced-server-group';
import { defineStage, type TaskContext } from '@gennaker/extension-sdk/stage';
import { capacityOf, describe, imageOf, placeOf } from './description.ts';
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
  tasks: (stage, view) => {
    const { strategy, unknown } = strategyOf(stage, view);
    if (strategy?.insteadStages) return [];
    return [
      acquireClusterLock(places),
      determineReplaced({
        placeOf,
        capacityOf,
        takesCapacity: true,
        prepare: (described) => strategy?.prepare(described) ?? {},
        ...(unknown === undefined ? {} : { unknownStrategy: unknown }),
      }),
      takenBackWhenCancelled(
        submitOperation('createServerGroup', places, (context) => ({
          provider: context.context.cloudProvider,
          descriptions: [{ createServerGroup: describe(context) }],
        })),
        placeOf,
        stage,
        view,
      ),
      ...awaitNewServerGroup(placeOf, imageOf),
    ];
  },
  beforeStages: strategyBeforeStages,
  afterStages: strategyStages,
  onFailureStages: strategyFailureStages,
  prepareForRestart: withoutRun,
});
