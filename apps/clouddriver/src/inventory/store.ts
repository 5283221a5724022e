import type { Queryable } from '@gennaker/store/database';
import type { Item, ItemKey, Kind } from './item.ts';

/** Channel of PostgreSQL's LISTEN on which every change of the inventory is told. */
export const CHANNEL = 'clouddriver_inventory';

/** One change, as the event stream carries it. `account`: all of an account became stale, or answers again. */
export interface InventoryChange {
  readonly kind: Kind | 'account';
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly application: string | null;
  readonly change: 'updated' | 'removed' | 'stale';
}

/**
 * Writes a thing that was read at `seenAt` (epoch ms). What was read later than that stays as it is. A thing that is as
 * it was only gets the new time; its account's watch must be there.
 */
export async function putItem(client: Queryable, item: Item, seenAt: number): Promise<void> {
  const key = [item.kind, item.account, item.region, item.name];
  const same = await client.query({
    name: 'inventory-seen',
    text: `update clouddriver.inventory set seen_at = greatest(seen_at, to_timestamp($6::double precision / 1000))
      where kind = $1 and account = $2 and region = $3 and name = $4 and hash = $5`,
    values: [...key, item.hash, seenAt],
  });
  if (same.rowCount === 1) return;
  // Whatever a later look of the whole account did not show is gone, and does not come back with an older read.
  await client.query({
    name: 'inventory-put',
    text: `with written as (
        insert into clouddriver.inventory(kind, account, region, name, application, cluster, body, hash, terms, seen_at)
        select $1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, to_timestamp($10::double precision / 1000)
        from clouddriver.watches where account = $2
          and coalesce(last_seen, '-infinity') <= to_timestamp($10::double precision / 1000)
        on conflict (kind, account, region, name) do update set application = excluded.application,
          cluster = excluded.cluster, body = excluded.body, hash = excluded.hash, terms = excluded.terms,
          seen_at = excluded.seen_at
        where clouddriver.inventory.seen_at <= excluded.seen_at
        returning 1
      )
      select pg_notify('${CHANNEL}', $11) from written`,
    values: [
      ...key,
      item.application,
      item.cluster,
      item.text,
      item.hash,
      item.terms,
      seenAt,
      notice({ ...item, change: 'updated' }),
    ],
  });
}

/** Writes a thing of which a look that began at `seenAt` knows that it is there already, and is different. */
export async function changeItem(client: Queryable, item: Item, seenAt: number): Promise<void> {
  await client.query({
    name: 'inventory-change',
    text: `with written as (
        update clouddriver.inventory set application = $5, cluster = $6, body = $7::jsonb, hash = $8, terms = $9,
          seen_at = to_timestamp($10::double precision / 1000)
        where kind = $1 and account = $2 and region = $3 and name = $4
          and seen_at <= to_timestamp($10::double precision / 1000)
        returning 1
      )
      select pg_notify('${CHANNEL}', $11) from written`,
    values: [
      item.kind,
      item.account,
      item.region,
      item.name,
      item.application,
      item.cluster,
      item.text,
      item.hash,
      item.terms,
      seenAt,
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

/** Forgets a thing that the cloud does not have, unless it was seen after `seenAt`. Answers whether it was there. */
export async function removeItem(client: Queryable, key: ItemKey, seenAt: number): Promise<boolean> {
  const { rows } = await client.query<{ application: string | null }>(
    `delete from clouddriver.inventory where kind = $1 and account = $2 and region = $3 and name = $4
     and seen_at <= to_timestamp($5::double precision / 1000) returning application`,
    [key.kind, key.account, key.region, key.name, seenAt],
  );
  if (!rows[0]) return false;
  await tell(client, { ...key, application: rows[0].application, change: 'removed' });
  if (key.kind === 'serverGroup')
    await client.query('delete from clouddriver.traffic where account = $1 and region = $2 and name = $3', [
      key.account,
      key.region,
      key.name,
    ]);
  return true;
}

/** What is known of an account: the hash of each thing by its `kind/region/name`. */
export async function knownItems(
  client: Queryable,
  account: string,
): Promise<ReadonlyMap<string, { readonly key: ItemKey; readonly hash: string }>> {
  const { rows } = await client.query<{ kind: Kind; region: string; name: string; hash: string }>({
    name: 'inventory-known',
    text: 'select kind, region, name, hash from clouddriver.inventory where account = $1',
    values: [account],
  });
  return new Map(
    rows.map(({ kind, region, name, hash }) => [
      `${kind}/${region}/${name}`,
      { key: { kind, account, region, name }, hash },
    ]),
  );
}

/** Tells one change to whoever listens, in every process. */
export async function tell(client: Queryable, change: InventoryChange): Promise<void> {
  await client.query('select pg_notify($1, $2)', [CHANNEL, notice(change)]);
}

/** Forgets an account with all that was seen of it. */
export async function forgetAccount(client: Queryable, account: string): Promise<void> {
  await client.query('delete from clouddriver.watches where account = $1', [account]);
  await client.query('delete from clouddriver.inventory where account = $1', [account]);
  await client.query('delete from clouddriver.traffic where account = $1', [account]);
  await tell(client, { kind: 'account', account, region: '', name: account, application: null, change: 'removed' });
}
