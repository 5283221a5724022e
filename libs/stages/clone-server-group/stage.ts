import { takenBackWhenCancelled } from '@gennaker/extension-sdk/cancelled-deploy';
import { submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { acquireClusterLock, underLocks } from '@gennaker/extension-sdk/cluster-lock';
import {
  strategyBeforeStages,
  strategyFailureStages,
  strategyOf,
  strategyStages,
} from '@gennaker/extension-sdk/deploy-strategy';
import {
  asDeployed,
  awaitNewServerGroup,
  DEPLOY_KEYS,
  describedCapacity,
  isDark,
  RUN_KEYS,
  withoutRun,
  zonesOf,
} from '@gennaker/extension-sdk/new-server-group';
import { operationFields } from '@gennaker/extension-sdk/operation-description';
import { determineReplaced } from '@gennaker/extension-sdk/replaced-server-group';
import { defineStage, type JsonObject, type TaskContext } from '@gennaker/extension-sdk/stage';
import { type CloneServerGroup, cloneServerGroupSchema } from './schema.ts';
import { clonePlace, determineSource } from './source.ts';

/** Keys that are the stage's own, not the operation's. */
const STAGE_KEYS = [
  ...RUN_KEYS,
  ...DEPLOY_KEYS,
  'cluster',
  'regions',
  'sourceCapacity',
  'target',
  'targetCluster',
  'targetSize',
] as const;

const places = (context: TaskContext<CloneServerGroup>) => [clonePlace(context)];
/** The image that the clone gets instead of its source's. */
const imageOf = ({ context: stage }: TaskContext<CloneServerGroup>): string | undefined =>
  stage.image ?? stage.imageId ?? stage.amiName ?? undefined;

/** What the clone has otherwise; all else is its source's. */
function describe(context: TaskContext<CloneServerGroup>): JsonObject {
  const stage = asDeployed(context.context);
  const { account, region } = clonePlace(context);
  const image = imageOf(context);
  return {
    ...zonesOf(stage, region),
    ...operationFields(stage, STAGE_KEYS),
    ...(image ? { image } : {}),
    credentials: account,
    region,
    source: stage.source,
    disableTraffic: isDark(stage),
  };
}

/** Makes a server group like another one, waits until it is up, and lets its strategy see to the older ones. */
export default defineStage({
  type: 'cloneServerGroup',
  aliases: ['copyLastAsg'],
  label: 'Clone server group',
  description: 'Makes a server group like another one, with what is described otherwise',
  schema: cloneServerGroupSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      cluster: 'hello-prod',
      target: 'current_asg_dynamic',
      image: 'hello-1-0-1',
      strategy: 'redblack',
    },
    {
      credentials: 'local-gce',
      region: 'us-central1',
      source: { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000' },
      stack: 'canary',
      capacity: { min: 1, max: 1, desired: 1 },
    },
  ],
  tasks: (stage, view) => {
    const { strategy, unknown } = strategyOf(stage, view);
    if (strategy?.insteadStages) return [];
    return [
      acquireClusterLock(places),
      underLocks<CloneServerGroup>(places, { name: 'determineSourceServerGroup', run: determineSource }),
      determineReplaced<CloneServerGroup>({
        placeOf: clonePlace,
        capacityOf: ({ context }) =>
          context.useSourceCapacity ? context.sourceCapacity : (describedCapacity(context) ?? context.sourceCapacity),
        takesCapacity: false,
        prepare: (described) => strategy?.prepare(described) ?? {},
        ...(unknown === undefined ? {} : { unknownStrategy: unknown }),
      }),
      takenBackWhenCancelled(
        submitOperation<CloneServerGroup>('cloneServerGroup', places, (context) => ({
          provider: context.context.cloudProvider,
          descriptions: [{ cloneServerGroup: describe(context) }],
        })),
        clonePlace,
        stage,
        view,
      ),
      ...awaitNewServerGroup(clonePlace, imageOf),
    ];
  },
  beforeStages: strategyBeforeStages,
  afterStages: strategyStages,
  onFailureStages: strategyFailureStages,
  prepareForRestart: withoutRun,
});
