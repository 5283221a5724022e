import { type SecurityGroup, securityGroupSchema } from '@gennaker/contracts/cloud-views';
import {
  type LoadBalancer,
  loadBalancerSchema,
  type ServerGroup,
  serverGroupSchema,
} from '@gennaker/contracts/clouddriver';
import type { Queryable } from '@gennaker/store/database';
import type { Kind } from './item.ts';

interface Row {
  body: object;
  seen_at: Date;
  failing_since: Date | null;
  error: string | null;
}

/** Which things are read; absent: any. */
export interface ItemFilter {
  readonly application?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly name?: string | undefined;
  readonly cluster?: string | undefined;
}

/** An object was seen when it was read itself, or when all of its kind was; it is stale when looks fail since then. */
const shown = (row: Row): object => ({
  ...row.body,
  seenAt: row.seen_at.getTime(),
  ...(row.failing_since && row.seen_at < row.failing_since
    ? {
        stale: true,
        staleSince: row.failing_since.getTime(),
        ...(row.error === null ? {} : { staleReason: row.error }),
      }
    : {}),
});

async function read(client: Queryable, kind: Kind, filter: ItemFilter): Promise<object[]> {
  const { rows } = await client.query<Row>({
    name: 'inventory-read',
    text: `select i.body, w.failing_since, w.error,
        greatest(i.seen_at, to_timestamp((w.kinds_seen ->> i.kind)::double precision / 1000)) as seen_at
      from clouddriver.inventory i left join clouddriver.watches w on w.account = i.account
      where i.kind = $1 and ($2::text is null or i.application = $2) and ($3::text is null or i.account = $3)
        and ($4::text is null or i.region = $4) and ($5::text is null or i.name = $5)
        and ($6::text is null or i.cluster = $6)
      order by i.account, i.region, i.name`,
    values: [
      kind,
      filter.application ?? null,
      filter.account ?? null,
      filter.region ?? null,
      filter.name ?? null,
      filter.cluster ?? null,
    ],
  });
  return rows.map(shown);
}

/** Server groups, by account, region and name. */
export async function readServerGroups(client: Queryable, filter: ItemFilter): Promise<ServerGroup[]> {
  return (await read(client, 'serverGroup', filter)).map((body) => serverGroupSchema.parse(body));
}

/** Load balancers, by account, region and name. */
export async function readLoadBalancers(
  client: Queryable,
  filter: Omit<ItemFilter, 'cluster'> = {},
): Promise<LoadBalancer[]> {
  return (await read(client, 'loadBalancer', filter)).map((body) => loadBalancerSchema.parse(body));
}

/** Firewalls, by account, region and name. */
export async function readSecurityGroups(
  client: Queryable,
  filter: Omit<ItemFilter, 'cluster'> = {},
): Promise<SecurityGroup[]> {
  return (await read(client, 'securityGroup', filter)).map((body) => securityGroupSchema.parse(body));
}

/** The server groups that run an image. */
export async function serverGroupsOfImage(client: Queryable, account: string, image: string): Promise<ServerGroup[]> {
  const { rows } = await client.query<{ body: object; seen_at: Date }>(
    `select body, seen_at from clouddriver.inventory
     where kind = 'serverGroup' and account = $1 and body ->> 'image' = $2 order by region, name`,
    [account, image],
  );
  return rows.map((row) => serverGroupSchema.parse({ ...row.body, seenAt: row.seen_at.getTime() }));
}

/** How much there is of each account. */
export async function countItems(
  client: Queryable,
): Promise<ReadonlyMap<string, { readonly serverGroups: number; readonly instances: number }>> {
  const { rows } = await client.query<{ account: string; groups: number; instances: number }>(
    `select account, count(*)::int as groups,
       coalesce(sum((body -> 'instanceCounts' ->> 'total')::int), 0)::int as instances
     from clouddriver.inventory where kind = 'serverGroup' group by account`,
  );
  return new Map(rows.map((row) => [row.account, { serverGroups: row.groups, instances: row.instances }]));
}
