import { STATUS_FACTS, type Status } from '@gennaker/contracts/status';
import type { Queryable } from '@gennaker/store/database';
import type { Wanted } from './search-wanted.ts';
import { MORE, type Searched, word } from './search-words.ts';

/** An execution that may be wanted. */
export interface Found {
  readonly id: string;
  /** When it was made, epoch milliseconds; bigint comes as text. */
  readonly at: string;
  /** What is left to look at; null when it is wanted for sure. `more`: it has words that are not kept. */
  readonly data: (Searched & { readonly more: boolean }) | null;
}

/** Adds a value and answers its place in the statement. */
type Place = (value: unknown) => string;

/**
 * Executions of pipelines that may be wanted, newest first, after a place. The statement holds only what is asked for and
 * begins where an index answers most of it: with the words, with an application's list, or with the lists of each status.
 */
export async function readFound(
  client: Queryable,
  wanted: Wanted,
  after: Pick<Found, 'at' | 'id'> | undefined,
  limit: number,
): Promise<Found[]> {
  const values: unknown[] = [];
  const place: Place = (value) => `$${values.push(value)}`;
  const { application, statuses, configs } = wanted;
  const texts = wordConditions(wanted, place);
  const ofAll = application === undefined && configs === undefined;
  const start =
    texts.length > 0 || wanted.name !== undefined || (ofAll && statuses === undefined)
      ? fromWords(wanted, texts, after, limit, place)
      : ofAll && statuses !== undefined
        ? fromStatuses(statuses, wanted, after, limit, place)
        : fromExecutions(wanted, after, place);
  const order = wanted.reverse ? 'asc' : 'desc';
  const { rows } = await client.query<Found>(
    `${start} order by at ${order}, id ${order} limit ${place(limit)}`,
    values,
  );
  return rows;
}

/** What has all words, or more of them than are kept. */
function wordConditions({ all, anyOf, begins }: Wanted, place: Place): string[] {
  return [
    ...(all.length === 0 ? [] : [`w.words @> ${place([...all])}::text[]`]),
    ...anyOf.map((group) => `w.words && ${place([...group])}::text[]`),
    ...begins.map((start) => `exists (select from unnest(w.words) one where starts_with(one, ${place(start)}))`),
  ];
}

/** What has the words, and what has more than are kept, each list by itself: an index answers the one, hardly any is in the other. */
function fromWords(wanted: Wanted, texts: readonly string[], after: After, limit: number, place: Place): string {
  const { application, name } = wanted;
  const named = [
    ...(application === undefined ? [] : [word('application', application)]),
    ...(name === undefined ? [] : [word('name', name)]),
  ];
  const conditions = [...texts, ...(named.length === 0 ? [] : [`w.words @> ${place(named)}::text[]`])];
  const others = [...between(wanted, 'w.build_time', 'w.execution_id', after, place), ...rest(wanted, place)];
  const joined = rest(wanted, () => '').length > 0 ? 'join orca.executions e on e.id = w.execution_id' : '';
  const order = wanted.reverse ? 'asc' : 'desc';
  const most = place(limit);
  const list = (has: readonly string[], more: boolean): string => {
    const where = [...has, ...others];
    return `(select w.execution_id as id, w.build_time as at, ${more} as more from orca.execution_words w ${joined}
      ${where.length === 0 ? '' : `where ${where.join(' and ')}`}
      order by w.build_time ${order}, w.execution_id ${order} limit ${most})`;
  };
  const lists = [
    list(conditions, false),
    ...(conditions.length === 0 ? [] : [list([`w.words @> '{${MORE}}'`, `not (${conditions.join(' and ')})`], true)]),
  ];
  const look = `(select ${DATA('f.more')} from orca.executions e where e.id = f.id)`;
  const data = wanted.trigger === undefined ? `case when f.more then ${look} end` : look;
  return `select f.id, f.at, ${data} as data from (${lists.join(' union all ')}) f`;
}

function fromExecutions(wanted: Wanted, after: After, place: Place): string {
  const where = [
    "e.type = 'PIPELINE'",
    ...rest(wanted, place),
    ...between(wanted, 'e.build_time', 'e.id', after, place),
  ];
  return `select e.id, e.build_time as at, ${looksAt(wanted)} as data from orca.executions e where ${where.join(' and ')}`;
}

/** One short range of an index for each status. */
function fromStatuses(statuses: readonly string[], wanted: Wanted, after: After, limit: number, place: Place): string {
  const order = wanted.reverse ? 'asc' : 'desc';
  const list = (condition: string): string => {
    const where = ["e.type = 'PIPELINE'", condition, ...between(wanted, 'e.build_time', 'e.id', after, place)];
    return `(select e.id, e.build_time as at, ${looksAt(wanted)} as data from orca.executions e
      where ${where.join(' and ')} order by e.build_time ${order}, e.id ${order} limit ${place(limit)})`;
  };
  const open = statuses.filter((status) => !isEnd(status));
  const lists = [
    ...statuses.filter(isEnd).map((status) => list(`e.complete and e.status = ${place(status)}`)),
    ...(open.length === 0 ? [] : [list(`not e.complete and e.status = any(${place(open)})`)]),
  ];
  return `select * from (${lists.join(' union all ')}) found`;
}

type After = Pick<Found, 'at' | 'id'> | undefined;

const isEnd = (status: string): boolean => status in STATUS_FACTS && STATUS_FACTS[status as Status].complete;

/** SQL of what is looked at once more; `more` tells whether there are words that are not kept. */
const DATA = (more: string): string =>
  `json_build_object('more', ${more}, 'application', e.application, 'name', e.name, 'trigger', e.data->'trigger', 'authentication', e.data->'authentication')`;

const looksAt = ({ trigger }: Wanted): string => (trigger === undefined ? 'null::json' : DATA('false'));

/** Conditions on an execution's own columns. */
function rest({ application, name, configs, statuses }: Wanted, place: Place): string[] {
  return [
    ...(application === undefined ? [] : [`e.application = ${place(application)}`]),
    ...(name === undefined ? [] : [`e.name = ${place(name)}`]),
    ...(configs === undefined ? [] : [`e.pipeline_config_id = any(${place([...configs])})`]),
    ...(statuses === undefined ? [] : [`e.status = any(${place([...statuses])})`]),
  ];
}

function between(wanted: Wanted, at: string, id: string, after: After, place: Place): string[] {
  return [
    ...(wanted.from === undefined ? [] : [`${at} >= ${place(wanted.from)}`]),
    ...(wanted.to === undefined ? [] : [`${at} <= ${place(wanted.to)}`]),
    ...(after === undefined
      ? []
      : [`(${at}, ${id}) ${wanted.reverse ? '>' : '<'} (${place(after.at)}::bigint, ${place(after.id)}::text)`]),
  ];
}
