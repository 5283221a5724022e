import type { ClusterLock } from '@gennaker/contracts/cluster-locks';
import { parseName } from '@gennaker/contracts/moniker';
import { type Database, inTransaction, type Queryable } from '@gennaker/store/database';

/** One lock for each account, region and cluster: whoever holds it may change the cluster. */
export interface LockKey {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
}

/** Answer to a wish for a lock; `holder`, `reason` and `expires` are those of whoever has it. */
export interface LockAnswer {
  readonly acquired: boolean;
  readonly epoch?: number;
  readonly holder: string;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly expires: number;
  readonly ahead?: number;
}

/** A lock that was not renewed in time. Whose it was may still be at work: a deploy that waits renews nothing. */
export interface LapsedLock {
  readonly holder: string;
  readonly epoch: number;
}

/** Who wants a lock and why. */
export interface LockWish {
  readonly holder: string;
  readonly reason: string;
  readonly ttlMs: number;
  readonly wake?: { readonly executionId: string; readonly stageId: string } | undefined;
}

/** Whoever waits must ask again within this time, or loses the place in the queue. */
const WAITER_TTL_MS = 20_000;
const MAX_TTL_MS = 10 * 60_000;

interface LockRow {
  epoch: string;
  holder: string | null;
  reason: string | null;
  expires: Date | null;
  live: boolean;
}

/**
 * Takes or renews a lock. Who comes while it is held queues in order of arrival and must keep asking; a lock is given to
 * the head of the queue only. A renewal keeps the epoch, also a late one that nobody came before; each change of hands
 * raises it. A lock that has lapsed is told of, and given on when the wish comes again with it as `over`.
 */
export function acquireLock(
  db: Database,
  key: LockKey,
  wish: LockWish,
  over?: LapsedLock,
): Promise<LockAnswer & { readonly lapsed?: LapsedLock }> {
  const ttl = Math.min(Math.max(wish.ttlMs, 1_000), MAX_TTL_MS);
  return inTransaction(db, async (client) => {
    const row = await lockRow(client, key);
    if (row.holder === wish.holder) return held(await write(client, key, wish, ttl, Number(row.epoch)), wish);
    await client.query(
      `insert into clouddriver.lock_waiters(account, region, cluster, holder, reason, execution_id, stage_id, since, seen)
       values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), clock_timestamp())
       on conflict (account, region, cluster, holder) do update set seen = clock_timestamp(), reason = excluded.reason`,
      [...parts(key), wish.holder, wish.reason, wish.wake?.executionId ?? null, wish.wake?.stageId ?? null],
    );
    await client.query(
      `delete from clouddriver.lock_waiters where account = $1 and region = $2 and cluster = $3
       and seen < clock_timestamp() - make_interval(secs => $4)`,
      [...parts(key), WAITER_TTL_MS / 1_000],
    );
    const queue = await client.query<{ holder: string; reason: string }>(
      `select holder, reason from clouddriver.lock_waiters where account = $1 and region = $2 and cluster = $3
       order by since, holder`,
      parts(key),
    );
    const place = queue.rows.findIndex((waiter) => waiter.holder === wish.holder);
    const head = queue.rows[0];
    const lapsed = row.live || row.holder === null ? undefined : { holder: row.holder, epoch: Number(row.epoch) };
    if (lapsed && (lapsed.holder !== over?.holder || lapsed.epoch !== over.epoch))
      return {
        acquired: false,
        holder: lapsed.holder,
        reason: row.reason ?? '',
        expires: row.expires?.getTime() ?? 0,
        ahead: Math.max(place, 0),
        lapsed,
      };
    if (!row.live && place === 0) {
      await client.query(
        'delete from clouddriver.lock_waiters where account = $1 and region = $2 and cluster = $3 and holder = $4',
        [...parts(key), wish.holder],
      );
      return held(await write(client, key, wish, ttl, Number(row.epoch) + 1), wish);
    }
    return {
      acquired: false,
      holder: row.live ? (row.holder ?? '') : (head?.holder ?? ''),
      reason: row.live ? (row.reason ?? '') : (head?.reason ?? ''),
      expires: row.live ? (row.expires?.getTime() ?? 0) : Date.now() + WAITER_TTL_MS,
      ahead: Math.max(place, 0),
    };
  });
}

/** Renews a lapsed lock for whoever held it, unless somebody else has it by now. */
export async function prolongLock(client: Queryable, key: LockKey, lapsed: LapsedLock, ttlMs: number): Promise<void> {
  await client.query(
    `update clouddriver.locks set expires = greatest(expires, clock_timestamp() + make_interval(secs => $6))
     where account = $1 and region = $2 and cluster = $3 and holder = $4 and epoch = $5`,
    [...parts(key), lapsed.holder, lapsed.epoch, ttlMs / 1_000],
  );
}

/** Who is to be told that a lock came free. */
export interface NextInLine {
  readonly holder: string;
  readonly executionId: string;
  readonly stageId: string;
  /** Epoch of the lock that was given back: makes the message's key. */
  readonly epoch: number;
}

/** Gives a lock back, or a place in its queue. Answers who waits next, if it can be woken. Not holding it is fine. */
export async function releaseLock(client: Queryable, key: LockKey, holder: string): Promise<NextInLine | null> {
  await client.query(
    'delete from clouddriver.lock_waiters where account = $1 and region = $2 and cluster = $3 and holder = $4',
    [...parts(key), holder],
  );
  const freed = await client.query<{ epoch: string }>(
    `update clouddriver.locks set holder = null, reason = null, since = null, expires = null
     where account = $1 and region = $2 and cluster = $3 and holder = $4 returning epoch`,
    [...parts(key), holder],
  );
  const epoch = freed.rows[0]?.epoch;
  if (epoch === undefined) return null;
  const next = await client.query<{ holder: string; execution_id: string | null; stage_id: string | null }>(
    `select holder, execution_id, stage_id from clouddriver.lock_waiters
     where account = $1 and region = $2 and cluster = $3 order by since, holder limit 1`,
    parts(key),
  );
  const row = next.rows[0];
  if (!row?.execution_id || !row.stage_id) return null;
  return { holder: row.holder, executionId: row.execution_id, stageId: row.stage_id, epoch: Number(epoch) };
}

/** What is wrong with a claimed lock; null when it is held with this epoch. Extends it to at least `ttlMs` from now. */
export async function checkLock(
  client: Queryable,
  key: LockKey,
  claim: { readonly holder: string; readonly epoch: number },
  ttlMs: number,
): Promise<string | null> {
  const updated = await client.query(
    `update clouddriver.locks set expires = greatest(expires, clock_timestamp() + make_interval(secs => $6))
     where account = $1 and region = $2 and cluster = $3 and holder = $4 and epoch = $5 and expires > clock_timestamp()`,
    [...parts(key), claim.holder, claim.epoch, ttlMs / 1_000],
  );
  if (updated.rowCount === 1) return null;
  const now = await client.query<{ holder: string | null; reason: string | null; epoch: string; live: boolean }>(
    `select holder, reason, epoch, coalesce(expires > clock_timestamp(), false) as live from clouddriver.locks
     where account = $1 and region = $2 and cluster = $3`,
    parts(key),
  );
  const row = now.rows[0];
  if (row?.live && row.holder && row.holder !== claim.holder)
    return `cluster ${key.cluster} in ${key.region} is being changed by ${row.holder} (${row.reason ?? 'no reason given'}); ${claim.holder} lost its lock`;
  return `${claim.holder} does not hold the lock of cluster ${key.cluster} in ${key.region} with epoch ${claim.epoch} any more (it ran out)`;
}

interface PartyRow {
  readonly holder: string;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly since: number | null;
}

/** Locks held now, with who waits behind; `application`: of its clusters only. */
export async function listLocks(client: Queryable, application?: string): Promise<ClusterLock[]> {
  const { rows } = await client.query<
    PartyRow & LockKey & { readonly epoch: string; readonly expires: number; readonly waiting: readonly PartyRow[] }
  >(
    `select l.account, l.region, l.cluster, l.holder, coalesce(l.reason, '') as reason, l.epoch,
       floor(extract(epoch from l.since) * 1000)::float8 as since, floor(extract(epoch from l.expires) * 1000)::float8 as expires,
       coalesce((select json_agg(json_build_object('holder', w.holder, 'reason', w.reason,
           'since', floor(extract(epoch from w.since) * 1000)) order by w.since, w.holder)
         from clouddriver.lock_waiters w
         where w.account = l.account and w.region = l.region and w.cluster = l.cluster
           and w.seen >= clock_timestamp() - make_interval(secs => $1)), '[]') as waiting
     from clouddriver.locks l where l.holder is not null and l.expires > clock_timestamp()
     order by l.account, l.cluster, l.region`,
    [WAITER_TTL_MS / 1_000],
  );
  return rows
    .filter(({ cluster }) => application === undefined || parseName(cluster)?.app === application)
    .map(({ account, region, cluster, epoch, expires, waiting, ...holder }) => ({
      ...party(holder),
      account,
      region,
      cluster,
      epoch: Number(epoch),
      expires,
      waiting: waiting.map(party),
    }));
}

/** A stage that holds a lock names itself by its execution and its id. */
function party({ holder, reason, since }: PartyRow) {
  const [executionId, stageId, ...more] = holder.split('/');
  return {
    holder,
    reason,
    ...(since === null ? {} : { since }),
    ...(executionId && stageId && more.length === 0 ? { executionId, stageId } : {}),
  };
}

const parts = (key: LockKey): [string, string, string] => [key.account, key.region, key.cluster];

async function lockRow(client: Queryable, key: LockKey): Promise<LockRow> {
  await client.query(
    'insert into clouddriver.locks(account, region, cluster) values ($1, $2, $3) on conflict do nothing',
    parts(key),
  );
  const { rows } = await client.query<LockRow>(
    `select epoch, holder, reason, expires, coalesce(expires > clock_timestamp() and holder is not null, false) as live
     from clouddriver.locks where account = $1 and region = $2 and cluster = $3 for update`,
    parts(key),
  );
  const row = rows[0];
  if (!row) throw new Error(`The lock row of cluster ${key.cluster} vanished while it was read; ask again.`);
  return row;
}

async function write(client: Queryable, key: LockKey, wish: LockWish, ttl: number, epoch: number) {
  const { rows } = await client.query<{ expires: Date }>(
    `update clouddriver.locks set holder = $4, reason = $5,
       since = case when epoch = $6 then since else clock_timestamp() end, epoch = $6,
       expires = clock_timestamp() + make_interval(secs => $7)
     where account = $1 and region = $2 and cluster = $3 returning expires`,
    [...parts(key), wish.holder, wish.reason, epoch, ttl / 1_000],
  );
  return { epoch, expires: rows[0]?.expires.getTime() ?? 0 };
}

const held = (row: { readonly epoch: number; readonly expires: number }, wish: LockWish): LockAnswer => ({
  acquired: true,
  epoch: row.epoch,
  holder: wish.holder,
  reason: wish.reason,
  expires: row.expires,
});
