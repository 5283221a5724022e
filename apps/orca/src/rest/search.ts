import { badRequest } from '@gennaker/contracts/error';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { orcaApi, searchQuery } from '@gennaker/contracts/orca';
import { type Database, inTransaction } from '@gennaker/store/database';
import type { z } from 'zod';
import { views } from '../list-executions.ts';
import { contains } from './contains.ts';
import { type Found, readFound } from './search-statement.ts';
import { readWanted, type Wanted } from './search-wanted.ts';
import { MORE, type Searched, searchWords } from './search-words.ts';

type Query = z.infer<typeof searchQuery>;
type AllQuery = z.infer<(typeof orcaApi)['searchAllExecutions']['query']>;

/** Rows that are read at a time, at least: where triggers are compared, and where the words alone decide; and at most. */
const PAGE = { compared: 500, decided: 50 } as const;
const BIGGEST_PAGE = 5_000;
const SIZE = 10;

/**
 * An application's executions (`*`: all applications) by what started them, newest first.
 * @throws ServiceError 400 for bounds or a trigger that cannot be
 */
export async function searchExecutions(db: Database, application: string, query: Query): Promise<ExecutionView[]> {
  const wanted = readWanted(query, application === '*' ? undefined : application);
  const start = query.startIndex ?? 0;
  const found = await search(db, wanted, start + (query.size ?? SIZE));
  return views(
    db,
    found.slice(start).map(({ id }) => id),
    query.expand ?? false,
  );
}

/**
 * Executions of all applications by what started them, newest first, and where the next page begins.
 * @throws ServiceError 400 for bounds, a trigger or a place that cannot be
 */
export async function searchAllExecutions(
  db: Database,
  query: AllQuery,
): Promise<{ executions: ExecutionView[]; next?: string }> {
  const size = query.size ?? SIZE;
  const after = query.after === undefined ? undefined : placeOf(query.after);
  const found = await search(db, readWanted(query, query.application), size + 1, after);
  const shown = found.slice(0, size);
  const last = found.length > size ? shown.at(-1) : undefined;
  const executions = await views(
    db,
    shown.map(({ id }) => id),
    query.expand ?? false,
  );
  return { executions, ...(last === undefined ? {} : { next: `${last.at}-${last.id}` }) };
}

/**
 * The first so many that fit, after a place. How rare a word is decides where to begin: these statements are planned with
 * their values, unlike the engine's own.
 */
function search(db: Database, wanted: Wanted, most: number, after?: Place): Promise<Found[]> {
  return inTransaction(db, async (client) => {
    await client.query(`set local plan_cache_mode = 'force_custom_plan'`);
    const found: Found[] = [];
    for (let place = after; ;) {
      const least = wanted.trigger === undefined ? PAGE.decided : PAGE.compared;
      const limit = Math.min(BIGGEST_PAGE, Math.max(least, most - found.length));
      const rows = await readFound(client, wanted, place, limit);
      found.push(...rows.filter((row) => fits(row, wanted)));
      place = rows.at(-1);
      if (rows.length < limit || found.length >= most) return found.slice(0, most);
    }
  });
}

/** A place in the order of executions. */
type Place = Pick<Found, 'at' | 'id'>;

function placeOf(text: string): Place {
  const match = /^(\d{1,18})-(.+)$/s.exec(text);
  if (!match?.[1] || !match[2])
    throw badRequest(`"${text}" is no place in a search`, {
      field: 'after',
      fix: 'give the `next` of a page of the same search, or nothing to begin with the first page',
    });
  return { at: match[1], id: match[2] };
}

/** What the words of the database cannot tell alone: a trigger as a whole, and an execution that has more words. */
function fits({ data }: Found, wanted: Wanted): boolean {
  if (data === null) return true;
  return (
    (wanted.trigger === undefined || contains(data.trigger, wanted.trigger)) && (!data.more || hasWords(data, wanted))
  );
}

function hasWords(execution: Searched, { all, anyOf, begins }: Wanted): boolean {
  const words = new Set(searchWords(execution, Number.POSITIVE_INFINITY));
  words.delete(MORE);
  return (
    all.every((one) => words.has(one)) &&
    anyOf.every((group) => group.some((one) => words.has(one))) &&
    begins.every((start) => [...words].some((one) => one.startsWith(start)))
  );
}
