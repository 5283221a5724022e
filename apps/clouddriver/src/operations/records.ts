import type { ClusterRef, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import { nextServerGroupName } from '@gennaker/extension-sdk/server-group-name';
import { type Database, inTransaction } from '@gennaker/store/database';
import { readTraffic, writeTraffic } from '../inventory/traffic.ts';

/** A live name with its creation, epoch milliseconds. */
interface Taken {
  readonly name: string;
  readonly createdTime: number;
}

/** One description of one operation. */
interface Owner {
  readonly operationId: string;
  readonly description: number;
}

/** What we keep of an account beside the cloud: names that are taken before they are used, and the traffic that is asked for. */
export interface Records {
  /** The next free name of a cluster, the same one for the same owner. */
  reserveName(owner: Owner, cluster: ClusterRef, taken: readonly Taken[]): Promise<string>;
  getTraffic(region: string, name: string): Promise<TrafficRecord | null>;
  setTraffic(region: string, name: string, record: TrafficRecord | null): Promise<void>;
}

/** The records of an account in the database. */
export function accountRecords(db: Database, account: string): Records {
  return {
    async reserveName(owner, cluster, taken) {
      return inTransaction(db, async (client) => {
        await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [
          'clouddriver.reservations',
          `${account}/${cluster.region}/${cluster.cluster}`,
        ]);
        const { rows } = await client.query<{ name: string; operation_id: string; description: number }>(
          `select name, operation_id, description from clouddriver.reservations
           where account = $1 and region = $2 and cluster = $3`,
          [account, cluster.region, cluster.cluster],
        );
        const mine = rows.find(
          (row) => row.operation_id === owner.operationId && row.description === owner.description,
        );
        if (mine) return mine.name;
        const others = rows.map((row) => ({ name: row.name, createdTime: Number.POSITIVE_INFINITY }));
        const name = nextServerGroupName(cluster.cluster, [...taken, ...others]);
        await client.query(
          `insert into clouddriver.reservations(account, region, cluster, name, operation_id, description)
           values ($1, $2, $3, $4, $5, $6)`,
          [account, cluster.region, cluster.cluster, name, owner.operationId, owner.description],
        );
        return name;
      });
    },
    getTraffic: (region, name) => readTraffic(db.pool, { account, region, name }),
    setTraffic: (region, name, record) => writeTraffic(db.pool, { account, region, name }, record),
  };
}
