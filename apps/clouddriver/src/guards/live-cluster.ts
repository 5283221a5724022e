import { servingGroup, type ServingGroup } from '@gennaker/extension-sdk/traffic-guard';
import type { Database, Queryable } from '@gennaker/store/database';
import type { Accounts } from '../accounts.ts';
import { readServerGroups } from '../inventory/read.ts';
import { readTraffic } from '../inventory/traffic.ts';

/** A cluster in one region of one account. */
export interface ClusterAt {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
}

/**
 * What serves in a cluster now, each server group asked of the cloud itself. `named`: groups that may be of it though
 * the inventory does not know them yet.
 */
export async function liveCluster(
  db: Database,
  accounts: Accounts,
  { account, region, cluster }: ClusterAt,
  named: readonly string[],
): Promise<ServingGroup[]> {
  const { cloud, definition } = accounts.get(account);
  const known = await readServerGroups(db.pool, { account, region, cluster });
  const names = [...new Set([...known.map(({ name }) => name), ...named])].toSorted();
  const groups = await Promise.all(
    names.map(async (name) => {
      const [found, traffic] = await Promise.all([
        cloud.inventory.serverGroup(region, name),
        readTraffic(db.pool, { account, region, name }),
      ]);
      return found ? [servingGroup(found.view, traffic?.percentage, definition.platformHealth)] : [];
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
