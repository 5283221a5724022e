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
  const found =
    wanted === undefined
      ? await readPage(db, application, query, { offset: start, limit: size })
      : await containing(db, application, query, wanted, start + size);
  const shown = wanted === undefined ? found : found.slice(start, start + size);
  return views(
    db,
    shown.map(({ id }) => id),
    query.expand ?? false,
  );
}

interface Found {
  readonly id: string;
  readonly at: string;
  readonly trigger: unknown;
}

/** The first so many whose trigger contains something. */
async function containing(
  db: Database,
  application: string,
  query: Query,
  wanted: unknown,
  most: number,
): Promise<Found[]> {
  const found: Found[] = [];
  for (let after: Found | undefined; ;) {
    const rows = await readPage(db, application, query, { offset: 0, limit: PAGE, after });
    found.push(...rows.filter(({ trigger }) => contains(trigger, wanted)));
    after = rows.at(-1);
    if (rows.length < PAGE || found.length >= most) return found;
  }
}

/** A page of what fits all but the trigger. Only the conditions that are asked for are in the statement: it goes by an index. */
async function readPage(
  db: Database,
  application: string,
  query: Query,
  page: { readonly offset: number; readonly limit: number; readonly after?: Found | undefined },
): Promise<Found[]> {
  const values: unknown[] = [];
  const conditions = ["type = 'PIPELINE'"];
  const where = (condition: (...places: string[]) => string, ...given: unknown[]): void => {
    if (given.some((value) => value === undefined)) return;
    conditions.push(condition(...given.map((value) => `$${values.push(value)}`)));
  };
  where((name) => `application = ${name}`, application === '*' ? undefined : application);
  where((name) => `name = ${name}`, query.pipelineName);
  where((event) => `data->'trigger'->>'eventId' = ${event}`, query.eventId);
  where(
    (types) => `data->'trigger'->>'type' = any(${types})`,
    query.triggerTypes ? words(query.triggerTypes) : undefined,
  );
  where((statuses) => `status = any(${statuses})`, statusesOf(query));
  where((from) => `build_time >= ${from}`, query.triggerTimeStartBoundary);
  where((to) => `build_time <= ${to}`, query.triggerTimeEndBoundary);
  const order = query.reverse ? 'asc' : 'desc';
  const beyond = query.reverse ? '>' : '<';
  where((at, id) => `(build_time, id) ${beyond} (${at}, ${id})`, page.after?.at, page.after?.id);
  values.push(page.offset, page.limit);
  const { rows } = await db.pool.query<Found>(
    `select id, build_time as at, data->'trigger' as trigger from orca.executions where ${conditions.join(' and ')}
     order by build_time ${order}, id ${order} offset $${values.length - 1} limit $${values.length}`,
    values,
  );
  return rows;
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
