import { badRequest } from '@gennaker/contracts/error';
import type { searchQuery } from '@gennaker/contracts/orca';
import type { z } from 'zod';
import { statusesOf, words } from '../list-executions.ts';
import { commitWord, triggerWord, word, wordsOfPattern } from './search-words.ts';

/** What a search is for, as it is looked up. Absent: any. */
export interface Wanted {
  readonly application: string | undefined;
  /** The exact name. */
  readonly name: string | undefined;
  readonly configs: readonly string[] | undefined;
  readonly statuses: readonly string[] | undefined;
  /** Epoch milliseconds, both inclusive. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly reverse: boolean;
  /** Words that it must have. */
  readonly all: readonly string[];
  /** Of each list, one word that it must have. */
  readonly anyOf: readonly (readonly string[])[];
  /** Of each, it must have a word that begins so. */
  readonly begins: readonly string[];
  /** What the trigger must contain. */
  readonly trigger: unknown;
}

/** Commits shorter than this are looked up whole. */
const WHOLE_COMMIT = 7;

/** Reads a search. @throws ServiceError 400 naming what cannot be searched for */
export function readWanted(query: z.infer<typeof searchQuery>, application: string | undefined): Wanted {
  const { triggerTimeStartBoundary: from, triggerTimeEndBoundary: to } = query;
  if (from !== undefined && to !== undefined && from > to)
    throw badRequest(`The search starts at ${from}, after its end at ${to}`, {
      field: 'triggerTimeStartBoundary',
      fix: 'give a start before the end',
    });
  const trigger = query.trigger === undefined ? undefined : decoded(query.trigger);
  const types = listed(query.triggerTypes)?.map((type) => triggerWord(['type'], type));
  const commit = query.commit?.trim().toLowerCase() || undefined;
  const isBeginning = commit !== undefined && commit.length > WHOLE_COMMIT;
  return {
    application,
    name: query.pipelineName,
    configs: listed(query.pipelineConfigIds),
    statuses: statusesOf(query),
    from,
    to,
    reverse: query.reverse ?? false,
    all: [
      ...(query.eventId === undefined ? [] : [triggerWord(['eventId'], query.eventId)]),
      ...(query.user ? [word('user', query.user)] : []),
      ...(query.artifact ? [word('artifact', query.artifact)] : []),
      ...(commit === undefined ? [] : [commitWord(commit)]),
      ...[query.parameter ?? []].flat().map(parameterWord),
      ...(trigger === undefined ? [] : wordsOfPattern(trigger)),
    ],
    anyOf: types === undefined ? [] : [types],
    begins: isBeginning ? [word('commit', commit)] : [],
    trigger,
  };
}

/** The words of a list; undefined when it has none. */
function listed(text: string | undefined): string[] | undefined {
  const list = words(text ?? '');
  return list.length === 0 ? undefined : list;
}

function parameterWord(text: string): string {
  const [name = '', ...value] = text.split('=');
  if (name === '' || value.length === 0)
    throw badRequest(`"${text}" is no parameter with a value`, { field: 'parameter', fix: 'write name=value' });
  return triggerWord(['parameters', name], value.join('='));
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
