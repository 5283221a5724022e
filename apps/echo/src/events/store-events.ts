import type { EchoEvent } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import { traceparentOf } from '@gennaker/service/trace';
import type { Queryable } from '@gennaker/store/database';
import { ulid } from 'ulid';
import type { Echo } from '../echo.ts';
import { matchEvent, postpone } from '../match-event.ts';

/** An event that does not come as a call: of a schedule, an execution's end, a message. */
export interface OwnEvent extends Pick<EchoEvent, 'type' | 'source' | 'content' | 'headers'> {
  readonly key: string;
  /** It starts nothing, and why. */
  readonly ignored?: Reason;
}

/** How long events are left to whoever stored them before the sweep takes them, ms. */
const LEFT_MS = 5_000;
const AT_ONCE = 8;

/**
 * Stores events inside a transaction; one whose key is known is left out. Answers the ids of those that are to be matched
 * once it has committed: `matchStored` does, and the sweep does it for whoever dies in between.
 * @param now epoch milliseconds
 */
export async function storeEvents(client: Queryable, now: number, events: readonly OwnEvent[]): Promise<string[]> {
  if (events.length === 0) return [];
  const { rows } = await client.query<{ id: string; open: boolean }>(
    `insert into echo.events (id, key, type, source, content, headers, "user", trace, received_at, next_at, ignored, reason,
       matched_at)
     select id, key, type, source, content::jsonb, headers::jsonb, 'anonymous', trace,
       to_timestamp($1::double precision / 1000), to_timestamp(($1::double precision + ${LEFT_MS}) / 1000),
       reason is not null, reason::jsonb,
       case when reason is not null then to_timestamp($1::double precision / 1000) end
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
       as given (id, key, type, source, content, headers, trace, reason)
     on conflict (key) do nothing returning id, matched_at is null as open`,
    [
      now,
      events.map(() => ulid(now)),
      events.map(({ key }) => key),
      events.map(({ type }) => type),
      events.map(({ source }) => source ?? null),
      events.map(({ content }) => JSON.stringify(content)),
      events.map(({ headers }) => JSON.stringify(headers ?? {})),
      events.map(() => traceparentOf(undefined)),
      events.map(({ ignored }) => (ignored ? JSON.stringify(ignored) : null)),
    ],
  );
  return rows.flatMap(({ id, open }) => (open ? [id] : []));
}

/** Matches stored events, a few at a time. One that cannot be matched now waits for the sweep. */
export async function matchStored(echo: Echo, ids: readonly string[]): Promise<void> {
  const waiting = [...ids];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const eventId = id;
      await matchEvent(echo, eventId).catch((error: unknown) =>
        postpone(echo, { id: eventId, attempts: 0 }, `it could not be matched: ${String(error)}`).catch(
          () => undefined,
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, work));
}
