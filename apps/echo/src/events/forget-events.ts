import type { Clock } from '@gennaker/service/clock';
import type { Database } from '@gennaker/store/database';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AT_ONCE = 1_000;

/**
 * Deletes events that came before a moment, with what they did; those that still wait for something stay. Answers how many.
 * @param before epoch milliseconds
 */
export async function forgetEvents(db: Database, before: number): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const { rowCount } = await db.pool.query(
      `delete from echo.events where id in (
         select e.id from echo.events e
         where e.received_at < to_timestamp($1::double precision / 1000) and e.matched_at is not null
           and not exists (select from echo.matches m where m.event_id = e.id and m.state = 'starting')
         order by e.received_at limit ${AT_ONCE})`,
      [before],
    );
    forgotten += rowCount ?? 0;
    if ((rowCount ?? 0) < AT_ONCE) return forgotten;
  }
}

/** Forgets events after so many days, looking once an hour. Answers what stops it. */
export function keepEventsFor(
  days: number,
  parts: { readonly db: Database; readonly clock: Clock; readonly log: { warn(message: string): void } },
): () => Promise<void> {
  let closed = false;
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();
  const look = (): void => {
    running = forgetEvents(parts.db, parts.clock.now() - days * DAY_MS)
      .then(
        () => undefined,
        (error: unknown) => parts.log.warn(`Old events could not be forgotten (${String(error)}); again in an hour.`),
      )
      .finally(() => {
        if (!closed) cancel = parts.clock.after(HOUR_MS, look);
      });
  };
  look();
  return async () => {
    closed = true;
    cancel();
    await running;
  };
}
