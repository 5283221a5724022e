import { createHash } from 'node:crypto';
import {
  type LoadBalancer,
  loadBalancerSchema,
  type ServerGroup,
  serverGroupSchema,
} from '@gennaker/contracts/clouddriver';
import type { ObservedServerGroup, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import type { Database, Queryable } from '@gennaker/store/database';
import { readTraffic } from './traffic.ts';

/** Channel of PostgreSQL's LISTEN on which every change of the inventory is told. */
export const CHANNEL = 'clouddriver_inventory';

export type Kind = 'serverGroup' | 'loadBalancer';

/** One change, as the event stream carries it. */
export interface InventoryChange {
  readonly kind: Kind;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly application: string | null;
  readonly change: 'updated' | 'removed' | 'stale';
}

interface Item {
  readonly kind: Kind;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly application: string | null;
  readonly cluster: string | null;
  readonly body: object;
  readonly seenAt: number;
}

/** Lays what was asked for over what is observed: disabled or not, and a difference between the two as drift. */
export function withTraffic(observed: ObservedServerGroup, desired: TrafficRecord | null): ServerGroup {
  const { view, traffic } = observed;
  const wanted = desired?.loadBalancers ?? traffic.configured;
  const names = [...new Set([...wanted, ...traffic.active])];
  const isDisabled = names.length > 0 ? traffic.active.length === 0 : desired?.enabled === false;
  const missing = desired?.enabled ? wanted.filter((name) => !traffic.active.includes(name)) : [];
  const extra = desired ? traffic.active.filter((name) => !desired.enabled || !wanted.includes(name)) : [];
  const drift = [
    ...missing.map((name) => `should be behind ${name}, and is not`),
    ...extra.map((name) => `is behind ${name}, and should not be`),
  ];
  return {
    ...view,
    loadBalancers: names,
    isDisabled,
    ...(desired?.drainingUntil ? { drainingUntil: desired.drainingUntil } : {}),
    ...(drift.length
      ? {
          drift: {
            summary: `${view.name} ${drift.join('; ')}`,
            evidence: { desired, active: traffic.active },
            next: 'Somebody changed it in the cloud; enable or disable the group to say what is right',
          },
        }
      : {}),
  };
}

/** Server groups for which a refresh that began at `since` learned something; writes only what is newer. */
export async function putServerGroup(
  db: Database,
  observed: ObservedServerGroup,
  seenAt: number,
): Promise<ServerGroup> {
  const { account, region, name } = observed.view;
  const view = withTraffic(observed, await readTraffic(db.pool, { account, region, name }));
  await put(db.pool, {
    kind: 'serverGroup',
    account,
    region,
    name,
    application: view.application,
    cluster: view.cluster,
    body: view,
    seenAt,
  });
  return { ...view, seenAt };
}

/** Writes a load balancer. */
export async function putLoadBalancer(db: Database, view: LoadBalancer, seenAt: number): Promise<void> {
  const { account, region, name } = view;
  await put(db.pool, {
    kind: 'loadBalancer',
    account,
    region,
    name,
    application: null,
    cluster: null,
    body: view,
    seenAt,
  });
}

async function put(client: Queryable, item: Item): Promise<void> {
  const body = { ...item.body, seenAt: undefined, stale: undefined };
  const text = JSON.stringify(body);
  const hash = createHash('sha256').update(text).digest('base64');
  await client.query({
    name: 'inventory-put',
    text: `with before as (
        select hash, stale, seen_at from clouddriver.inventory where kind = $1 and account = $2 and region = $3 and name = $4
      ), written as (
        insert into clouddriver.inventory(kind, account, region, name, application, cluster, body, hash, seen_at)
        values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, to_timestamp($9::double precision / 1000))
        on conflict (kind, account, region, name) do update set application = excluded.application,
          cluster = excluded.cluster, body = excluded.body, hash = excluded.hash, seen_at = excluded.seen_at, stale = false
        where clouddriver.inventory.seen_at <= excluded.seen_at
        returning hash
      )
      select pg_notify('${CHANNEL}', $10) from written
      where not exists (select 1 from before where before.hash = written.hash and not before.stale)`,
    values: [
      item.kind,
      item.account,
      item.region,
      item.name,
      item.application,
      item.cluster,
      text,
      hash,
      item.seenAt,
      notice({ ...item, change: 'updated' }),
    ],
  });
}

const notice = (change: InventoryChange): string =>
  JSON.stringify({
    kind: change.kind,
    account: change.account,
    region: change.region,
    name: change.name,
    application: change.application,
    change: change.change,
  });

/** Forgets a thing that the cloud does not have, unless it was seen after `seenAt`. */
export async function removeItem(
  client: Queryable,
  key: { readonly kind: Kind; readonly account: string; readonly region: string; readonly name: string },
  seenAt: number,
): Promise<void> {
  const { rows } = await client.query<{ application: string | null }>(
    `delete from clouddriver.inventory where kind = $1 and account = $2 and region = $3 and name = $4
     and seen_at <= to_timestamp($5::double precision / 1000) returning application`,
    [key.kind, key.account, key.region, key.name, seenAt],
  );
  if (!rows[0]) return;
  await client.query('select pg_notify($1, $2)', [
    CHANNEL,
    notice({ ...key, application: rows[0].application, change: 'removed' }),
  ]);
  if (key.kind === 'serverGroup')
    await client.query('delete from clouddriver.traffic where account = $1 and region = $2 and name = $3', [
      key.account,
      key.region,
      key.name,
    ]);
}

/** What is known of an account, as `kind/region/name`; null before it was first looked at. */
export async function knownItems(client: Queryable, account: string): Promise<ReadonlySet<string> | null> {
  const watch = await client.query('select 1 from clouddriver.watches where account = $1 and last_seen is not null', [
    account,
  ]);
  if (watch.rowCount === 0) return null;
  const { rows } = await client.query<{ item: string }>(
    `select kind || '/' || region || '/' || name as item from clouddriver.inventory where account = $1`,
    [account],
  );
  return new Set(rows.map((row) => row.item));
}

/** Names of an account's items that were last seen before `before`. */
export async function unseen(client: Queryable, account: string, before: number) {
  const { rows } = await client.query<{ kind: Kind; account: string; region: string; name: string }>(
    `select kind, account, region, name from clouddriver.inventory
     where account = $1 and seen_at < to_timestamp($2::double precision / 1000)`,
    [account, before],
  );
  return rows;
}

/** Marks everything of an account as not confirmed by the last look; nothing is deleted. Tells once. */
export async function markStale(client: Queryable, account: string): Promise<void> {
  const { rows } = await client.query<Omit<InventoryChange, 'change'>>(
    `update clouddriver.inventory set stale = true where account = $1 and not stale
     returning kind, account, region, name, application`,
    [account],
  );
  for (const row of rows)
    await client.query('select pg_notify($1, $2)', [CHANNEL, notice({ ...row, change: 'stale' })]);
}

interface Row {
  body: object;
  seen_at: Date;
  stale: boolean;
}
const shown = (row: Row): object => ({
  ...row.body,
  seenAt: row.seen_at.getTime(),
  ...(row.stale ? { stale: true } : {}),
});

/** Server groups of an application, or of one cluster of it. */
export async function readServerGroups(
  client: Queryable,
  filter: {
    readonly application?: string;
    readonly account?: string;
    readonly region?: string;
    readonly cluster?: string;
  },
): Promise<ServerGroup[]> {
  const { rows } = await client.query<Row>(
    `select body, seen_at, stale from clouddriver.inventory where kind = 'serverGroup'
     and ($1::text is null or application = $1) and ($2::text is null or account = $2)
     and ($3::text is null or region = $3) and ($4::text is null or cluster = $4)
     order by account, region, name`,
    [filter.application ?? null, filter.account ?? null, filter.region ?? null, filter.cluster ?? null],
  );
  return rows.map((row) => serverGroupSchema.parse(shown(row)));
}

/** One server group; null when it is not known. */
export async function readServerGroup(
  client: Queryable,
  account: string,
  region: string,
  name: string,
): Promise<ServerGroup | null> {
  const { rows } = await client.query<Row>(
    `select body, seen_at, stale from clouddriver.inventory
     where kind = 'serverGroup' and account = $1 and region = $2 and name = $3`,
    [account, region, name],
  );
  return rows[0] ? serverGroupSchema.parse(shown(rows[0])) : null;
}

/** All load balancers. */
export async function readLoadBalancers(client: Queryable): Promise<LoadBalancer[]> {
  const { rows } = await client.query<Row>(
    `select body, seen_at, stale from clouddriver.inventory where kind = 'loadBalancer' order by account, region, name`,
  );
  return rows.map((row) => loadBalancerSchema.parse(shown(row)));
}
