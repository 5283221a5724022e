import type { Queryable } from '@gennaker/store/database';
import type { Kind } from './item.ts';
import { tell } from './store.ts';

/** How looks at an account go; times in epoch ms. */
export interface WatchState {
  readonly account: string;
  /** The process that looks at it. */
  readonly owner: string | null;
  readonly lastSeen: number | null;
  readonly failingSince: number | null;
  readonly error: string | null;
  readonly nextLook: number | null;
}

/** Takes the watch of an account for `forMs`, unless another process has it. Answers whether it is ours now. */
export async function claimWatch(client: Queryable, account: string, owner: string, forMs: number): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'watch-claim',
    text: `insert into clouddriver.watches(account, owner, lease_until) values ($1, $2, now() + make_interval(secs => $3))
       on conflict (account) do update set owner = excluded.owner, lease_until = excluded.lease_until
       where clouddriver.watches.owner = excluded.owner or clouddriver.watches.lease_until is null
         or clouddriver.watches.lease_until < now()`,
    values: [account, owner, forMs / 1_000],
  });
  return rowCount === 1;
}

/** Makes sure that an account has a watch, whoever looks at it. */
export async function ensureWatch(client: Queryable, account: string): Promise<void> {
  await client.query('insert into clouddriver.watches(account) values ($1) on conflict do nothing', [account]);
}

/** Keeps the watch until the next look, which is due at `nextLook`, and `spareMs` longer. */
export async function keepWatch(
  client: Queryable,
  account: string,
  owner: string,
  nextLook: number,
  waitMs: number,
): Promise<void> {
  await client.query({
    name: 'watch-keep',
    text: `update clouddriver.watches set next_look = to_timestamp($3::double precision / 1000),
       lease_until = now() + make_interval(secs => $4) where account = $1 and owner = $2`,
    values: [account, owner, nextLook, waitMs / 1_000],
  });
}

/** Records that all of these kinds of an account was seen at `seenAt`. Tells it when the account had failed before. */
export async function recordSeen(
  client: Queryable,
  account: string,
  seenAt: number,
  kinds: Iterable<Kind>,
): Promise<void> {
  const { rows } = await client.query<{ failing: boolean }>({
    name: 'watch-seen',
    text: `with before as (select failing_since is not null as failing from clouddriver.watches where account = $1)
      update clouddriver.watches set error = null, failing_since = null,
        last_seen = greatest(last_seen, to_timestamp($2::double precision / 1000)), kinds_seen = kinds_seen || $3::jsonb
      where account = $1 returning (select failing from before) as failing`,
    values: [account, seenAt, JSON.stringify(Object.fromEntries([...kinds].map((kind) => [kind, seenAt])))],
  });
  if (rows[0]?.failing)
    await tell(client, { kind: 'account', account, region: '', name: account, application: null, change: 'updated' });
}

/** Records that a look at an account failed: what was seen before is stale from the first failure on; nothing is deleted. */
export async function recordFailure(client: Queryable, account: string, reason: string, at: number): Promise<void> {
  const { rows } = await client.query<{ failing: boolean }>(
    `with before as (select failing_since is not null as failing from clouddriver.watches where account = $1)
     update clouddriver.watches set error = $2,
       failing_since = coalesce(failing_since, to_timestamp($3::double precision / 1000))
     where account = $1 returning (select failing from before) as failing`,
    [account, reason, at],
  );
  if (rows[0] && !rows[0].failing)
    await tell(client, { kind: 'account', account, region: '', name: account, application: null, change: 'stale' });
}

/** Gives all watches of a process back. */
export async function releaseWatches(client: Queryable, owner: string): Promise<void> {
  await client.query('update clouddriver.watches set lease_until = null, owner = null where owner = $1', [owner]);
}

interface Row {
  account: string;
  owner: string | null;
  last_seen: Date | null;
  failing_since: Date | null;
  error: string | null;
  next_look: Date | null;
}

/** How looks go, by account. */
export async function readWatches(client: Queryable): Promise<ReadonlyMap<string, WatchState>> {
  const { rows } = await client.query<Row>(
    'select account, owner, last_seen, failing_since, error, next_look from clouddriver.watches',
  );
  return new Map(
    rows.map((row) => [
      row.account,
      {
        account: row.account,
        owner: row.owner,
        lastSeen: row.last_seen?.getTime() ?? null,
        failingSince: row.failing_since?.getTime() ?? null,
        error: row.error,
        nextLook: row.next_look?.getTime() ?? null,
      },
    ]),
  );
}
