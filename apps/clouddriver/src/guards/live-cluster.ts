import type { ObservedServerGroup, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import type { ClusterPlace } from '@gennaker/extension-sdk/cluster-lock';
import type { Database, Queryable } from '@gennaker/store/database';
import type { Accounts } from '../accounts.ts';
import { readServerGroups } from '../inventory/read.ts';
import { readTraffic } from '../inventory/traffic.ts';

/** A server group as the cloud shows it, and the traffic that was asked for; null: nobody ever did. */
export interface LiveServerGroup {
  readonly observed: ObservedServerGroup;
  readonly record: TrafficRecord | null;
}

/**
 * The server groups of a cluster now, each asked of the cloud itself. `named`: groups that may be of it though
 * the inventory does not know them yet.
 */
export async function liveCluster(
  db: Database,
  accounts: Accounts,
  { account, region, cluster }: ClusterPlace,
  named: readonly string[],
): Promise<LiveServerGroup[]> {
  const { cloud } = accounts.get(account);
  const known = await readServerGroups(db.pool, { account, region, cluster });
  const names = [...new Set([...known.map(({ name }) => name), ...named])].toSorted();
  const groups = await Promise.all(
    names.map(async (name) => {
      const [observed, record] = await Promise.all([
        cloud.inventory.serverGroup(region, name),
        readTraffic(db.pool, { account, region, name }),
      ]);
      return observed ? [{ observed, record }] : [];
    }),
  );
  return groups.flat();
}

/** The cluster of an instance: of the server group that has it, or else of the one after which it is named; undefined for one of none. */
export async function clusterOfInstance(
  client: Queryable,
  { account, region, id }: { readonly account: string; readonly region: string; readonly id: string },
): Promise<string | undefined> {
  const { rows } = await client.query<{ cluster: string }>(
    `select cluster from clouddriver.inventory
     where kind = 'serverGroup' and account = $1 and region = $2
       and (body -> 'instances' @> $4::jsonb or starts_with($3, name || '-'))
     order by body -> 'instances' @> $4::jsonb desc, length(name) desc limit 1`,
    [account, region, id, JSON.stringify([{ name: id }])],
  );
  return rows[0]?.cluster;
}
