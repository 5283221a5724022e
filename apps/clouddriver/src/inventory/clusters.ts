import type { Cluster } from '@gennaker/contracts/cloud-views';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';

/** The server groups of clusters, listed as `account:cluster,...`; one without an account is that of any account. */
export function ofClusters<T extends Pick<ServerGroup, 'account' | 'cluster'>>(
  groups: readonly T[],
  list: string,
): T[] {
  const wanted = list.split(',').map((each) => {
    const [cluster, account] = each.split(':').toReversed();
    return { account, cluster };
  });
  return groups.filter((group) =>
    wanted.some(
      ({ account, cluster }) => cluster === group.cluster && (account === undefined || account === group.account),
    ),
  );
}

/** Server groups by account, cloud and cluster. A cluster's moniker has no sequence. */
export function clustersOf(groups: readonly ServerGroup[]): Cluster[] {
  const clusters = new Map<string, Cluster>();
  for (const group of groups) {
    const key = `${group.account}/${group.cloudProvider}/${group.cluster}`;
    const { sequence: _, ...moniker } = group.moniker;
    const known = clusters.get(key) ?? {
      type: group.cloudProvider,
      name: group.cluster,
      accountName: group.account,
      moniker,
      serverGroups: [],
      loadBalancers: [],
    };
    clusters.set(key, {
      ...known,
      serverGroups: [...known.serverGroups, group],
      loadBalancers: [...new Set([...known.loadBalancers, ...group.loadBalancers])],
    });
  }
  return [...clusters.values()];
}
