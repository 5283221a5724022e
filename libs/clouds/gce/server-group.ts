import { parseName } from '@gennaker/contracts/moniker';
import type { ClusterRef, OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { findGroup } from './groups.ts';
import type { Group } from './resources.ts';
import type { ServerGroupOperation } from './schema.ts';

/** A description that names one server group. */
export const example = { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v001' };

/** The cluster of a server group; null when its name is no server group's. */
export function clusterOf(d: ServerGroupOperation): ClusterRef | null {
  const moniker = parseName(d.serverGroupName);
  return moniker && { region: d.region, cluster: moniker.cluster };
}

/** Names what an operation on a server group changes. */
export function touch(context: OperationContext, d: ServerGroupOperation, loadBalancers: readonly string[] = []): void {
  context.touch({ kind: 'serverGroup', region: d.region, name: d.serverGroupName });
  for (const name of loadBalancers) context.touch({ kind: 'loadBalancer', region: d.region, name });
}

/** The group of a description. @throws Error saying that there is none */
export async function mustFind(compute: Compute, d: ServerGroupOperation): Promise<Group> {
  const group = await findGroup(compute, d.region, d.serverGroupName);
  if (!group)
    throw new Error(
      `Server group ${d.serverGroupName} does not exist in ${d.region} of account ${d.credentials}; it was destroyed or the name is wrong.`,
    );
  return group;
}
