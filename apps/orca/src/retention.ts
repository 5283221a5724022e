import type { RetentionReport } from '@gennaker/contracts/orca-admin';
import { type Database, inTransaction, type Queryable } from '@gennaker/store/database';
import type { Logger } from 'pino';

/** For how long ended executions are kept. */
export interface RetentionPolicy {
  /** Days since the end. */
  readonly days: number;
  /** The newest so many of each pipeline stay, however old they are. */
  readonly keepPerPipeline: number;
}

const BATCH = 200;
const EVERY_MS = 60 * 60_000;
/** One process at a time removes; this number is the lock's name among PostgreSQL's advisory locks. */
const LOCK = 7_301_955;

/** Ended executions past the policy, the oldest first, after a place in that order. */
const PAST = `
  select id, end_time from orca.executions e
  where complete and end_time < $1 and (end_time, id) > ($3::bigint, $4::text)
    and mail_seq <= mail_applied
    and (pipeline_config_id is null or (
      select count(*) from (
        select from orca.executions newer
        where newer.pipeline_config_id = e.pipeline_config_id and newer.build_time > e.build_time
        order by newer.build_time desc limit $2) kept) >= $2)
  order by end_time, id limit ${BATCH}`;

/**
 * Removes ended executions past the policy with everything that belongs to them, in batches that stand by themselves: it
 * may be stopped at any time and goes on the next time. What has not ended is never touched. `dryRun` only counts.
 */
export async function retain(
  db: Database,
  policy: RetentionPolicy,
  options: { readonly dryRun: boolean; readonly now: number; readonly signal?: AbortSignal },
): Promise<RetentionReport> {
  const before = options.now - policy.days * 24 * 60 * 60_000;
  const report = { executions: 0, events: 0, bytes: 0 };
  let oldest: number | undefined;
  let place = { at: '-1', id: '' };
  while (!options.signal?.aborted) {
    const { rows } = await db.pool.query<{ id: string; end_time: string }>({
      name: 'orca-retention-past',
      text: PAST,
      values: [before, policy.keepPerPipeline, place.at, place.id],
    });
    const last = rows.at(-1);
    if (!last) break;
    place = { at: last.end_time, id: last.id };
    oldest ??= Number(rows[0]?.end_time);
    const counted = await removeExecutions(
      db,
      rows.map(({ id }) => id),
      options.dryRun,
    );
    report.executions += counted.executions;
    report.events += counted.events;
    report.bytes += counted.bytes;
  }
  return {
    dryRun: options.dryRun,
    policy: { days: policy.days, keepPerPipeline: policy.keepPerPipeline },
    ...report,
    ...(oldest === undefined ? {} : { oldest }),
  };
}

/** Removes ended executions by their ids; those that have not ended stay. Answers what went, or with `dryRun` would go. */
export async function removeExecutions(
  db: Database,
  ids: readonly string[],
  dryRun = false,
): Promise<{ readonly executions: number; readonly events: number; readonly bytes: number }> {
  return inTransaction(db, async (client) => {
    // The lock keeps a restart, which reopens a row, apart from its removal.
    const locked = await client.query<{ id: string }>(
      `select id from orca.executions where id = any($1) and complete and mail_seq <= mail_applied order by id ${dryRun ? '' : 'for update'}`,
      [ids],
    );
    const gone = locked.rows.map(({ id }) => id);
    const { rows } = await client.query<{ events: number; bytes: string }>(
      `select (select count(*)::int from orca.events where execution_id = any($1)) events,
         ((select coalesce(sum(pg_column_size(e.*)), 0) from orca.executions e where id = any($1))
          + (select coalesce(sum(pg_column_size(e.*)), 0) from orca.events e where execution_id = any($1))
          + (select coalesce(sum(pg_column_size(s.*)), 0) from orca.stages s where execution_id = any($1)))::text bytes`,
      [gone],
    );
    if (!dryRun && gone.length > 0) await deleteRows(client, gone);
    return { executions: gone.length, events: rows[0]?.events ?? 0, bytes: Number(rows[0]?.bytes ?? 0) };
  });
}

/** Deletes executions with all that belongs to them; no foreign key does. To be called in a transaction that holds their rows. */
export async function deleteRows(client: Queryable, ids: readonly string[]): Promise<void> {
  for (const table of ['stages', 'events', 'mailbox', 'set_aside', 'blob_uses', 'execution_words'])
    await client.query(`delete from orca.${table} where execution_id = any($1)`, [ids]);
  await client.query('delete from orca.executions where id = any($1)', [ids]);
}

/**
 * Removes big values that no execution holds. Nobody can begin to hold one meanwhile: the table is locked against new
 * uses for the moment that each batch takes.
 */
async function removeUnusedBlobs(db: Database): Promise<number> {
  for (let total = 0; ;) {
    const removed = await inTransaction(db, async (client) => {
      await client.query('lock table orca.blob_uses in share row exclusive mode');
      const { rowCount } = await client.query(
        `delete from orca.blobs where hash in (
           select hash from orca.blobs b where not exists (select from orca.blob_uses u where u.hash = b.hash) limit ${BATCH})`,
      );
      return rowCount ?? 0;
    });
    total += removed;
    if (removed < BATCH) return total;
  }
}

/** Every hour one of the processes removes what is past the policy. Answers what stops it. */
export function runRetention(db: Database, policy: RetentionPolicy, clock: { now(): number }, log: Logger): () => void {
  const stop = new AbortController();
  const round = async (): Promise<void> => {
    const client = await db.pool.connect();
    try {
      const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK]);
      if (!rows[0]?.mine) return;
      try {
        const report = await retain(db, policy, { dryRun: false, now: clock.now(), signal: stop.signal });
        const blobs = await removeUnusedBlobs(db);
        if (report.executions > 0 || blobs > 0)
          log.info({ ...report, blobs }, 'executions past the retention were removed');
      } finally {
        await client.query('select pg_advisory_unlock($1)', [LOCK]);
      }
    } finally {
      client.release();
    }
  };
  const timer = setInterval(() => {
    round().catch((error: unknown) =>
      log.warn({ err: error }, 'the retention could not run; it runs again in an hour'),
    );
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}
