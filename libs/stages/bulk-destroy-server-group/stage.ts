import { cloudPollMs } from '@gennaker/extension-sdk/cloud-poll';
import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import {
  acquireClusterLock,
  type ClusterPlace,
  clusterOf,
  releaseClusterLock,
  underLocks,
} from '@gennaker/extension-sdk/cluster-lock';
import { accountOf, regionsOf } from '@gennaker/extension-sdk/operation-place';
import { liveGroup } from '@gennaker/extension-sdk/server-group-read';
import { defineStage, type TaskContext, type TaskDefinition, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type BulkDestroyServerGroup, bulkDestroyServerGroupSchema } from './schema.ts';

type Context = TaskContext<BulkDestroyServerGroup>;

const WAIT_TIMEOUT_MS = 60 * 60_000;

/** Every named server group in every region. */
const targetsOf = ({ context: stage }: Context) =>
  regionsOf(stage).flatMap((region) =>
    [...new Set(stage.serverGroupNames)].map((serverGroupName) => ({
      account: accountOf(stage),
      region,
      serverGroupName,
    })),
  );

/** Their clusters, each once. */
function placesOf(context: Context): ClusterPlace[] {
  const places = targetsOf(context).map(({ account, region, serverGroupName }) => ({
    account,
    region,
    cluster: clusterOf(serverGroupName),
  }));
  return [...new Map(places.map((place) => [`${place.region}/${place.cluster}`, place])).values()];
}

const waitForDestroyed: TaskDefinition<BulkDestroyServerGroup> = underLocks(placesOf, {
  name: 'waitForDestroyedServerGroups',
  timeoutMs: WAIT_TIMEOUT_MS,
  async run(context): Promise<TaskResult> {
    const targets = targetsOf(context);
    const left = (await Promise.all(targets.map((target) => liveGroup(context, target)))).flatMap(
      (group) => group ?? [],
    );
    if (left.length === 0)
      return { status: 'SUCCEEDED', reason: { summary: `${targets.length} server groups are gone` } };
    return {
      status: 'RUNNING',
      wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
      reason: {
        summary: left.map(({ name, instances }) => `${name} still has ${instances.length} instances`).join('; '),
        evidence: { left: left.map(({ name, region }) => ({ name, region })) },
      },
    };
  },
});

/** Destroys several server groups, of one cluster or of several: each loses its traffic first, and is drained. */
export default defineStage({
  type: 'bulkDestroyServerGroup',
  label: 'Bulk destroy server groups',
  description:
    'Takes several server groups from behind their load balancers, lets open connections end, and deletes them',
  schema: bulkDestroyServerGroupSchema,
  examples: [
    { credentials: 'local-gce', region: 'us-central1', serverGroupNames: ['hello-prod-v000', 'hello-test-v003'] },
  ],
  tasks: () => [
    acquireClusterLock(placesOf),
    submitOperation<BulkDestroyServerGroup>('bulkDestroyServerGroup', placesOf, (context) => ({
      provider: context.context.cloudProvider,
      descriptions: targetsOf(context).map(({ account, region, serverGroupName }) => ({
        destroyServerGroup: { credentials: account, region, serverGroupName },
      })),
    })),
    monitorOperation<BulkDestroyServerGroup>('monitorBulkDestroyServerGroup', placesOf),
    waitForDestroyed,
    releaseClusterLock(),
  ],
});
