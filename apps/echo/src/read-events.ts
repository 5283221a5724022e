import { notFound } from '@gennaker/contracts/error';
import type { EventMatch, storedEventSchema } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import type { Queryable } from '@gennaker/store/database';
import type { z } from 'zod';

interface MatchRow {
  event_id: string;
  pipeline_id: string;
  application: string;
  pipeline: string;
  state: 'starting' | 'started' | 'refused' | 'unmatched';
  execution_id: string | null;
  reason: Reason;
}

interface EventRow {
  id: string;
  key: string;
  type: string;
  source: string | null;
  content: Record<string, unknown>;
  user: string;
  received_at: Date;
  matched_at: Date | null;
  reason: Reason | null;
}

/** A stored event as the API shows it. */
export type StoredEvent = z.infer<typeof storedEventSchema>;

function matchView(row: MatchRow): EventMatch {
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
  };
}

/** What events did to each pipeline, by event id. */
export async function matchesOf(client: Queryable, eventIds: readonly string[]): Promise<Map<string, EventMatch[]>> {
  const { rows } = await client.query<MatchRow>(
    `select event_id, pipeline_id, application, pipeline, state, execution_id, reason
     from echo.matches where event_id = any($1) order by position`,
    [eventIds],
  );
  const matches = new Map<string, EventMatch[]>();
  for (const row of rows) matches.set(row.event_id, [...(matches.get(row.event_id) ?? []), matchView(row)]);
  return matches;
}

const COLUMNS = 'id, key, type, source, content, "user", received_at, matched_at, reason';

async function withMatches(client: Queryable, rows: readonly EventRow[]): Promise<StoredEvent[]> {
  const matches = await matchesOf(
    client,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    type: row.type,
    ...(row.source === null ? {} : { source: row.source }),
    at: row.received_at.getTime(),
    user: row.user,
    content: row.content,
    processed: row.matched_at !== null,
    matches: matches.get(row.id) ?? [],
    ...(row.reason ? { reason: row.reason } : {}),
  }));
}

/** Stored events, newest first. */
export async function listEvents(
  client: Queryable,
  filter: { limit: number; type?: string | undefined; pipelineId?: string | undefined },
): Promise<StoredEvent[]> {
  const { rows } = await client.query<EventRow>(
    `select ${COLUMNS} from echo.events e
     where ($1::text is null or type = $1)
       and ($2::text is null or exists (select from echo.matches m where m.pipeline_id = $2 and m.event_id = e.id))
     order by received_at desc, id desc limit $3`,
    [filter.type ?? null, filter.pipelineId ?? null, filter.limit],
  );
  return withMatches(client, rows);
}

/** One stored event. @throws ServiceError 404 */
export async function getEvent(client: Queryable, id: string): Promise<StoredEvent> {
  const { rows } = await client.query<EventRow>(`select ${COLUMNS} from echo.events where id = $1`, [id]);
  const [event] = await withMatches(client, rows);
  if (!event) throw notFound(`There is no event "${id}"`, { field: 'id', fix: 'use the eventId of an answer' });
  return event;
}
