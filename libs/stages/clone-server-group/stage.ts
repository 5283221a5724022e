import { submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { acquireClusterLock, releaseClusterLock, underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { awaitNewServerGroup, isDark, strategyStages, zonesOf } from '@gennaker/extension-sdk/new-server-group';
import { operationFields } from '@gennaker/extension-sdk/operation-description';
import { defineStage, type JsonObject, type TaskContext } from '@gennaker/extension-sdk/stage';
import { type CloneServerGroup, cloneServerGroupSchema } from './schema.ts';
import { clonePlace, determineSource } from './source.ts';

/** Keys that are the stage's own, not the operation's. */
const STAGE_KEYS = [
  'amiName',
  'availabilityZones',
  'cluster',
  'createdServerGroup',
  'deployStageId',
  'enableTraffic',
  'imageId',
  'regions',
  'strategy',
  'target',
  'targetCluster',
  'trafficOptions',
  'useSourceCapacity',
] as const;

const places = (context: TaskContext<CloneServerGroup>) => [clonePlace(context)];
/** The image that the clone gets instead of its source's. */
const imageOf = ({ context: stage }: TaskContext<CloneServerGroup>): string | undefined =>
  stage.image ?? stage.imageId ?? stage.amiName ?? undefined;

/** What the clone has otherwise; all else is its source's. */
function describe(context: TaskContext<CloneServerGroup>): JsonObject {
  const stage = context.context;
  const { account, region } = clonePlace(context);
  const { capacity, targetSize, ...rest } = operationFields(stage, STAGE_KEYS);
  const image = imageOf(context);
  return {
    ...zonesOf(stage, region),
    ...rest,
    ...(stage.useSourceCapacity ? {} : { capacity, targetSize }),
    ...(image ? { image } : {}),
    credentials: account,
    region,
    source: { ...stage.source, ...(stage.useSourceCapacity ? { useSourceCapacity: true } : {}) },
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
  tasks: () => [
    acquireClusterLock(places),
    underLocks<CloneServerGroup>(places, { name: 'determineSourceServerGroup', run: determineSource }),
    submitOperation<CloneServerGroup>('cloneServerGroup', places, (context) => ({
      provider: context.context.cloudProvider,
      descriptions: [{ cloneServerGroup: describe(context) }],
    })),
    ...awaitNewServerGroup(clonePlace, imageOf),
    releaseClusterLock(),
  ],
  afterStages: strategyStages,
});
