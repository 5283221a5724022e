import type { Echo } from './echo.ts';
import { matchEvent, postpone } from './match-event.ts';

const AT_ONCE = 50;

/** Matches the events that are due: those that a crash, or front50's absence, left unmatched. */
export async function matchOpenEvents(echo: Echo): Promise<void> {
  const { rows } = await echo.db.pool.query<{ id: string; attempts: number }>(
    `select id, attempts from echo.events where matched_at is null and next_at <= to_timestamp($1::double precision / 1000)
     order by next_at limit ${AT_ONCE}`,
    [echo.clock.now()],
  );
  for (const { id, attempts } of rows) {
    try {
      await matchEvent(echo, id);
    } catch (error) {
      await postpone(echo, { id, attempts }, `it could not be matched: ${String(error)}`);
    }
  }
}
