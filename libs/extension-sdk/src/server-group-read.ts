import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import { parseName } from '@gennaker/contracts/moniker';
import type { ClusterPlace } from './cluster-lock.ts';
import type { TaskContext } from './stage.ts';

/** Server groups of a cluster, read from the cloud now. */
export async function clusterGroups(context: TaskContext<unknown>, place: ClusterPlace): Promise<ServerGroup[]> {
  const application = parseName(place.cluster)?.app ?? context.application;
  const groups = await context.ports.clouddriver.listServerGroups(
    { params: { application }, query: { clusters: place.cluster, live: 'true' } },
    { signal: context.signal, traceparent: context.traceparent },
  );
  return groups.filter(
    (group) => group.account === place.account && group.region === place.region && group.cluster === place.cluster,
  );
}

/** One server group, read from the cloud now; null when it does not exist. */
export async function liveGroup(
  context: TaskContext<unknown>,
  at: { readonly account: string; readonly region: string; readonly serverGroupName: string },
): Promise<ServerGroup | null> {
  try {
    return await context.ports.clouddriver.getServerGroup(
      { params: { account: at.account, region: at.region, name: at.serverGroupName }, query: { live: 'true' } },
      { signal: context.signal, traceparent: context.traceparent },
    );
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return null;
    throw error;
  }
}
