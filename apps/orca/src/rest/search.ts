import { badRequest } from '@gennaker/contracts/error';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { searchQuery } from '@gennaker/contracts/orca';
import type { Database } from '@gennaker/store/database';
import type { z } from 'zod';
import { statusesOf, views, words } from '../list-executions.ts';
import { contains } from './contains.ts';

type Query = z.infer<typeof searchQuery>;

/** Rows that are read at a time while triggers are compared. */
const PAGE = 500;

/**
 * An application's executions (`*`: all applications') by what started them, newest first.
 * @throws ServiceError 400 for bounds or a trigger that cannot be
 */
export async function searchExecutions(db: Database, application: string, query: Query): Promise<ExecutionView[]> {
  const { triggerTimeStartBoundary: from = 0, triggerTimeEndBoundary: to = Number.MAX_SAFE_INTEGER } = query;
  if (from > to)
    throw badRequest(`The search starts at ${from}, after its end at ${to}`, {
      field: 'triggerTimeStartBoundary',
      fix: 'give a start before the end',
    });
  const wanted = query.trigger === undefined ? undefined : decoded(query.trigger);
  const start = query.startIndex ?? 0;
  const size = query.size ?? 10;
  const order = query.reverse ? 'asc' : 'desc';
  const page = async (offset: number, limit: number): Promise<{ id: string; trigger: unknown }[]> => {
    const { rows } = await db.pool.query<{ id: string; trigger: unknown }>({
      name: `orca-search-${order}`,
      text: `select id, data->'trigger' as trigger from orca.executions
             where type = 'PIPELINE' and ($1 = '*' or application = $1) and ($2::text[] is null or data->'trigger'->>'type' = any($2))
               and ($3::text is null or name = $3) and ($4::text is null or data->'trigger'->>'eventId' = $4)
               and build_time between $5 and $6 and ($7::text[] is null or status = any($7))
             order by build_time ${order}, id ${order} offset $8 limit $9`,
      values: [
        application,
        query.triggerTypes ? words(query.triggerTypes) : null,
        query.pipelineName ?? null,
        query.eventId ?? null,
        from,
        to,
        statusesOf(query) ?? null,
        offset,
        limit,
      ],
    });
    return rows;
  };
  if (wanted === undefined)
    return views(
      db,
      (await page(start, size)).map(({ id }) => id),
      query.expand ?? false,
    );
  const found: string[] = [];
  for (let offset = 0; found.length < start + size; offset += PAGE) {
    const rows = await page(offset, PAGE);
    found.push(...rows.filter(({ trigger }) => contains(trigger, wanted)).map(({ id }) => id));
    if (rows.length < PAGE) break;
  }
  return views(db, found.slice(start, start + size), query.expand ?? false);
}

function decoded(text: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch {
    // Answered below.
  }
  throw badRequest('trigger is not the base64 of a JSON object', {
    field: 'trigger',
    fix: 'encode {"key": "value"} as base64',
  });
}
