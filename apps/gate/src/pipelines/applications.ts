import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ApplicationView } from '@gennaker/contracts/gate';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

/** Clusters by account, from the server groups that exist. */
export function clustersOf(groups: readonly ServerGroup[]): ApplicationView['clusters'] {
  const clusters: Record<string, ApplicationView['clusters'][string]> = {};
  for (const group of groups) {
    const account = (clusters[group.account] ??= []);
    let cluster = account.find((known) => known.name === group.cluster);
    if (!cluster) {
      cluster = { name: group.cluster, provider: group.cloudProvider, loadBalancers: [], serverGroups: [] };
      account.push(cluster);
    }
    cluster.serverGroups.push(group.name);
    cluster.loadBalancers.push(...group.loadBalancers.filter((name) => !cluster.loadBalancers.includes(name)));
  }
  return clusters;
}

/** An application, with its clusters when asked for. @throws ServiceError 404 */
export async function applicationView(
  gate: Gate,
  application: string,
  expand: boolean,
  options: CallOptions,
): Promise<ApplicationView> {
  const attributes = await gate.front50.getApplication({ params: { application } }, options);
  const groups = expand
    ? await gate.clouddriver.listServerGroups({ params: { application: attributes.name } }, options)
    : [];
  return { name: attributes.name, attributes, clusters: clustersOf(groups) };
}
