import type { Cluster } from '@gennaker/contracts/cloud-views';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';

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
