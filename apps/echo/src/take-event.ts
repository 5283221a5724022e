import type { EchoEvent, EventAnswer } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import { ulid } from 'ulid';
import type { Echo } from './echo.ts';
import type { EventRow } from './events/event-row.ts';
import { type MatchRow, matchView } from './events/read-events.ts';
import { matchRow } from './match-event.ts';
import type { Proof } from './webhooks/sender-proof.ts';

/** What is known of an event besides itself. */
export interface TakeOptions {
  readonly trace: string;
  readonly signal?: AbortSignal;
  /** What a webhook's sender showed, and the bytes that it signed. */
  readonly proof?: Proof;
  readonly raw?: Uint8Array;
  /** It starts nothing by its nature. */
  readonly ignored?: Reason;
  /** It is sent again by somebody who may start pipelines of these applications, or just this one. */
  readonly replay?: { readonly of: string; readonly applications?: readonly string[]; readonly pipelineId?: string };
}

/** How long an event is left to the call that brought it before the sweep takes it, ms. */
const LEFT_TO_CALLER_MS = 5_000;
/** How long an answer waits for orca to take the executions, ms. */
const ANSWER_WITHIN_MS = 8_000;
const LOOK_EVERY_MS = 250;

/**
 * Takes an event: stores it under its key before anything else, matches it against the pipelines as they are at this
 * moment, and answers for each of them whether it started, and why. The same key again answers what it did the first
 * time. When front50 cannot be asked, the event stays and is matched as soon as it can (`eventProcessed: false`).
 */
export async function takeEvent(echo: Echo, event: EchoEvent, options: TakeOptions): Promise<EventAnswer> {
  const now = echo.clock.now();
  const id = ulid(now);
  const { rows } = await echo.db.pool.query<EventRow & { fresh: boolean }>({
    name: 'echo-take-event',
    text: `with fresh as (
       insert into echo.events (id, key, type, source, content, headers, "user", trace, received_at, next_at, proof, raw,
         ignored, reason, matched_at, replay_of, only_applications, only_pipeline)
       values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, to_timestamp($9::double precision / 1000),
         to_timestamp(($9::double precision + $10) / 1000), $11::jsonb, $12, $13::jsonb is not null, $13::jsonb,
         case when $13::jsonb is not null then to_timestamp($9::double precision / 1000) end, $14, $15::jsonb, $16)
       on conflict (key) do nothing returning *
     )
     select *, true as fresh from fresh union all select *, false from echo.events where key = $2`,
    values: [
      id,
      event.key ?? `once:${id}`,
      event.type,
      event.source ?? null,
      JSON.stringify(event.content),
      JSON.stringify(event.headers ?? {}),
      event.user ?? 'anonymous',
      options.trace,
      now,
      LEFT_TO_CALLER_MS,
      options.proof ? JSON.stringify(options.proof) : null,
      options.raw ? Buffer.from(options.raw) : null,
      options.ignored ? JSON.stringify(options.ignored) : null,
      options.replay?.of ?? null,
      options.replay?.applications ? JSON.stringify(options.replay.applications) : null,
      options.replay?.pipelineId ?? null,
    ],
  });
  const row = rows[0];
  // Its first delivery commits at this moment: nothing was seen before it, so a second look sees it.
  if (!row) return takeEvent(echo, event, options);
  const answer = await settledAnswer(echo, row, options.signal);
  return row.fresh ? answer : { ...answer, repeated: true };
}

/** Matches an event that is not matched yet, and waits for a while until orca has taken or refused its executions. */
async function settledAnswer(echo: Echo, row: EventRow, signal: AbortSignal | undefined): Promise<EventAnswer> {
  const until = performance.now() + ANSWER_WITHIN_MS;
  // Listening begins before each look, so that what settles in between is not missed.
  let change = nextChange(echo, row.id);
  try {
    // What this call starts itself cannot be settled yet.
    let open = row.matched_at === null && (await matchRow(echo, row));
    for (;;) {
      if (open) await change.happened;
      change.forget();
      change = nextChange(echo, row.id);
      const look = await lookAt(echo, row.id);
      if (!look.open || performance.now() >= until || signal?.aborted === true) return look.answer;
      open = true;
    }
  } finally {
    change.forget();
  }
}

/** Something of the event settled in this process, or it is time to look whether it did in another. */
function nextChange(echo: Echo, eventId: string): { happened: Promise<void>; forget: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LOOK_EVERY_MS);
  const stop = echo.onSettled(eventId, resolve);
  return {
    happened: promise,
    forget: () => {
      clearTimeout(timer);
      stop();
    },
  };
}

/** What an event has done so far, and whether orca still has to take one of its executions. */
async function lookAt(echo: Echo, eventId: string): Promise<{ open: boolean; answer: EventAnswer }> {
  const { rows } = await echo.db.pool.query<{
    processed: boolean;
    not_listed: number;
    reason: Reason | null;
    matches: MatchRow[];
  }>({
    name: 'echo-look-at-event',
    text: `select matched_at is not null and not ignored as processed, not_listed, reason,
       (select coalesce(json_agg(m order by position), '[]') from echo.matches m where event_id = e.id) as matches
     from echo.events e where id = $1`,
    values: [eventId],
  });
  const [row] = rows;
  if (!row) throw new Error(`event ${eventId} is not there any more`);
  return {
    open: row.matches.some(({ state }) => state === 'starting'),
    answer: {
      eventProcessed: row.processed,
      eventId,
      matches: row.matches.map(matchView),
      ...(row.not_listed > 0 ? { notListed: row.not_listed } : {}),
      ...(row.reason ? { reason: row.reason } : {}),
    },
  };
}
