import type { Clock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';

const MOST_PAUSE_MS = 300_000;
/** A look that takes longer than this is taken over by another process. */
const LEASE_MS = 120_000;

/** Something that is looked at again and again. */
export interface Poll {
  /** What it is known by in the database, such as `jenkins:main`. */
  readonly name: string;
  readonly everyMs: number;
  /**
   * Looks once. `seenAt`: what the last whole look answered, by the source's own clock, epoch ms; null at the first.
   * @returns the same of this look
   */
  look(seenAt: number | null, signal: AbortSignal): Promise<number>;
}

export interface PollParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: { warn(message: string): void };
}

/** Running polls. */
export interface Polls {
  /** Stops looking; waits for looks under way, which are broken off. */
  close(): Promise<void>;
}

/**
 * Looks at each source in its own rhythm, one process of several at a time, and each by itself: one that is slow or away
 * delays no other. Pauses grow while a source fails; nothing is skipped, because how far it came is kept.
 */
export function startPolls(parts: PollParts, polls: readonly Poll[]): Polls {
  const stopping = new AbortController();
  const cancels = new Set<() => void>();
  const under = new Set<Promise<void>>();
  const plan = (poll: Poll, afterMs: number): void => {
    if (stopping.signal.aborted) return;
    const cancel = parts.clock.after(afterMs, () => {
      cancels.delete(cancel);
      const run: Promise<void> = lookOnce(parts, poll, stopping.signal)
        .catch((error: unknown) => {
          if (!stopping.signal.aborted)
            parts.log.warn(`${poll.name} is not looked at (${messageOf(error)}); tried again.`);
        })
        .finally(() => {
          under.delete(run);
          plan(poll, poll.everyMs);
        });
      under.add(run);
    });
    cancels.add(cancel);
  };
  for (const poll of polls) plan(poll, 0);
  return {
    async close() {
      stopping.abort();
      for (const cancel of cancels) cancel();
      await Promise.all(under);
    },
  };
}

/** Looks at a source if its time has come and no other process does. */
export async function lookOnce(parts: PollParts, poll: Poll, signal: AbortSignal): Promise<void> {
  const { db, clock, log } = parts;
  const now = clock.now();
  const { rows } = await db.pool.query<{ seen_at: Date | null; failures: number }>(
    `insert into igor.polls as p (name, next_at) values ($1, to_timestamp($3::double precision / 1000))
     on conflict (name) do update set next_at = excluded.next_at
       where p.next_at <= to_timestamp($2::double precision / 1000)
     returning seen_at, failures`,
    [poll.name, now, now + LEASE_MS],
  );
  const row = rows[0];
  if (!row) return;
  const settle = (seenAt: number | null, reason: string | null, failures: number, pauseMs: number) =>
    db.pool.query(
      `update igor.polls set seen_at = coalesce(to_timestamp($2::double precision / 1000), seen_at), reason = $3,
         failures = $4, next_at = to_timestamp($5::double precision / 1000) where name = $1`,
      [poll.name, seenAt, reason, failures, clock.now() + pauseMs],
    );
  try {
    const seenAt = await poll.look(row.seen_at?.getTime() ?? null, signal);
    await settle(seenAt, null, 0, poll.everyMs / 2);
    if (row.failures > 0) log.warn(`${poll.name} answers again; what happened meanwhile is made up for.`);
  } catch (error) {
    const reason = messageOf(error);
    const pauseMs = signal.aborted ? 0 : Math.min(MOST_PAUSE_MS, poll.everyMs * 2 ** Math.min(row.failures, 8));
    await settle(null, reason, row.failures + 1, pauseMs);
    if (row.failures === 0 && !signal.aborted)
      log.warn(`${poll.name} could not be looked at: ${reason}. Looked at again; nothing is lost meanwhile.`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
