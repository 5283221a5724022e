import { notFound } from '@gennaker/contracts/error';
import type { EventMatch, eventsQuerySchema, StoredEvent } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import type { Identity } from '@gennaker/contracts/people';
import { type Access, mayRead } from '@gennaker/service/guard';
import type { Queryable } from '@gennaker/store/database';
import type { z } from 'zod';
import type { Echo } from '../echo.ts';
import type { EventRow } from './event-row.ts';

/** A row of echo.matches. */
export interface MatchRow {
  event_id: string;
  pipeline_id: string;
  application: string;
  pipeline: string;
  state: 'starting' | 'started' | 'refused' | 'unmatched';
  execution_id: string | null;
  reason: Reason;
  elsewhere: boolean;
}

/** Applications that somebody may look at; null: all. */
type Readable = readonly string[] | null;

const DEFAULT_LIMIT = 50;

/** A match as it is answered. */
export function matchView(row: MatchRow): EventMatch {
  const waiting = row.state === 'starting';
  return {
    application: row.application,
    pipelineId: row.pipeline_id,
    pipeline: row.pipeline,
    started: waiting || row.state === 'started',
    ...(row.execution_id === null || row.state === 'refused' ? {} : { executionId: row.execution_id }),
    reason: waiting
      ? { ...row.reason, next: 'orca has not taken it yet; it starts as soon as orca answers' }
      : row.reason,
    ...(row.elsewhere ? { elsewhere: true } : {}),
  };
}

/** What events did to each pipeline, by event id; of the readable applications alone. */
export async function matchesOf(
  client: Queryable,
  eventIds: readonly string[],
  readable: Readable = null,
): Promise<Map<string, EventMatch[]>> {
  const { rows } = await client.query<MatchRow>(
    `select event_id, pipeline_id, application, pipeline, state, execution_id, reason, elsewhere
     from echo.matches where event_id = any($1) and ($2::text[] is null or application = any($2)) order by position`,
    [eventIds, readable],
  );
  const matches = new Map<string, EventMatch[]>();
  for (const row of rows) matches.set(row.event_id, [...(matches.get(row.event_id) ?? []), matchView(row)]);
  return matches;
}

/** The bytes and the proof stay where they are. */
const COLUMNS =
  'id, key, type, source, content, headers, "user", received_at, matched_at, reason, ignored, not_listed, replay_of';

async function withMatches(client: Queryable, rows: readonly EventRow[], readable: Readable): Promise<StoredEvent[]> {
  const matches = await matchesOf(
    client,
    rows.map((row) => row.id),
    readable,
  );
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    type: row.type,
    ...(row.source === null ? {} : { source: row.source }),
    at: row.received_at.getTime(),
    user: row.user,
    content: row.content,
    headers: row.headers,
    processed: row.matched_at !== null,
    ...(row.ignored ? { ignored: true } : {}),
    ...(row.replay_of === null ? {} : { replayOf: row.replay_of }),
    matches: matches.get(row.id) ?? [],
    ...(row.not_listed > 0 ? { notListed: row.not_listed } : {}),
    ...(row.reason ? { reason: row.reason } : {}),
  }));
}

/**
 * Applications whose events the caller may look at. An event shows its payload to those who may READ an application that it
 * concerned; one that concerned nobody's is for administrators, as are all while nobody has to log in.
 */
async function readableApplications(client: Queryable, access: Access, identity: Identity): Promise<Readable> {
  if (!(await access.authentication()) || (identity.admin && identity.scope === undefined)) return null;
  // Steps from name to name along the index.
  const { rows } = await client.query<{ application: string | null }>(
    `with recursive names as (
       (select application from echo.matches order by application limit 1)
       union all
       select (select m.application from echo.matches m where m.application > names.application
               order by m.application limit 1)
       from names where names.application is not null
     ) select application from names where application is not null`,
  );
  const readable: string[] = [];
  for (const { application } of rows)
    if (application !== null && (await mayRead(access, identity, application))) readable.push(application);
  return readable;
}

/** Stored events, newest first, as far as the caller may see them. A page shorter than the limit is the last. */
export async function listEvents(
  echo: Pick<Echo, 'db' | 'access'>,
  identity: Identity,
  query: z.output<typeof eventsQuerySchema>,
): Promise<StoredEvent[]> {
  const client = echo.db.pool;
  const readable = await readableApplications(client, echo.access, identity);
  const { rows } = await client.query<EventRow>(
    `select ${COLUMNS} from echo.events e
     where ($1::text is null or type = $1)
       and ($2::text is null or source = $2)
       and ($3::text is null or exists (
         select from echo.matches m where m.event_id = e.id and m.application = $3 and not m.elsewhere))
       and ($4::text is null or exists (select from echo.matches m where m.event_id = e.id and m.pipeline_id = $4))
       and ($5::boolean is null or $5 = exists (
         select from echo.matches m where m.event_id = e.id and m.state in ('starting', 'started')
           and ($3::text is null or m.application = $3) and ($4::text is null or m.pipeline_id = $4)))
       and ($6::double precision is null or received_at >= to_timestamp($6 / 1000))
       and ($7::double precision is null or received_at < to_timestamp($7 / 1000))
       and ($8::text is null or (received_at, id) < (select b.received_at, b.id from echo.events b where b.id = $8))
       and ($9::text[] is null or exists (
         select from echo.matches m where m.event_id = e.id and m.application = any($9) and not m.elsewhere))
     order by received_at desc, id desc limit $10`,
    [
      query.type ?? null,
      query.source ?? null,
      query.application?.toLowerCase() ?? null,
      query.pipelineId ?? null,
      query.started ?? null,
      query.from ?? null,
      query.until ?? null,
      query.before ?? null,
      readable,
      query.limit ?? DEFAULT_LIMIT,
    ],
  );
  return withMatches(client, rows, readable);
}

/**
 * One stored event. @throws ServiceError 404 when there is none, or none that the caller may see
 */
export async function getEvent(
  echo: Pick<Echo, 'db' | 'access'>,
  identity: Identity,
  id: string,
): Promise<StoredEvent> {
  const client = echo.db.pool;
  const readable = await readableApplications(client, echo.access, identity);
  const { rows } = await client.query<EventRow>(`select ${COLUMNS} from echo.events where id = $1`, [id]);
  const [event] = await withMatches(client, rows, readable);
  if (!event || (readable !== null && event.matches.every((match) => match.elsewhere === true)))
    throw notFound(`There is no event "${id}" that you may see`, { field: 'id', fix: 'use the eventId of an answer' });
  return event;
}
