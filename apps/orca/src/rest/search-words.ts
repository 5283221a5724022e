import { createHash } from 'node:crypto';
import type { ExecutionState } from '@gennaker/engine/model';
import { plain } from '../transition.ts';

/** What of an execution its words are made of. */
export type Searched = Pick<ExecutionState, 'application' | 'name' | 'trigger' | 'authentication'>;

/** The word of an execution that has more of them than are kept: whoever looks for others has to look at its trigger. */
export const MORE = '*';

/** Between the words of one execution, where they are sent as one text. */
export const WORD_SEPARATOR = '\u001f';

const MOST = 300;
/** Longer values are known by their hash, characters. */
const LONGEST = 200;
/** What a commit is also known by, characters. */
const SHORT_COMMIT = 7;
const COMMIT_KEYS = /^(after|hash|sha1?|revision|commit(_?(id|hash|sha))?)$/i;
const COMMIT_LISTS = /^(commits|head_?commit)$/i;
const ARTIFACT_LISTS = new Set(['artifacts', 'receivedArtifacts', 'boundArtifact']);

/**
 * The words that an execution is found by, each `what=value` in lower case: its application, name and users, the commits and
 * artifacts that it began with, and every value of its trigger under the keys that lead to it. `most`: beyond so many,
 * the others are left out and `MORE` says so.
 */
export function searchWords(execution: Searched, most = MOST): string[] {
  const { application, name, trigger, authentication } = execution;
  const words = new Set([word('application', application), word('name', name), word('user', authentication.user)]);
  if (trigger.user !== undefined) words.add(word('user', trigger.user));
  for (const found of leaves(trigger)) {
    if (words.size >= most) {
      words.add(MORE);
      break;
    }
    for (const one of wordsOfLeaf(found)) words.add(one);
  }
  return [...words];
}

/** A word: what it tells, and its value. */
export function word(what: string, value: unknown): string {
  const text = clean(String(value)).toLowerCase();
  const short = text.length > LONGEST ? `#${createHash('sha256').update(text).digest('hex')}` : text;
  return `${clean(what)}=${short}`;
}

/** Words that the trigger of an execution has when it contains this; none for texts that may mean a pattern. */
export function wordsOfPattern(wanted: unknown): string[] {
  return [...leaves(wanted)].flatMap(({ keys, value }) =>
    typeof value === 'string' && /[\\^$.*+?()[\]{}|]/.test(value) ? [] : [word(pathOf(keys), value)],
  );
}

/** The word that a commit, or the beginning of one, is looked up by. */
export function commitWord(commit: string): string {
  return word('commit', commit.slice(0, SHORT_COMMIT));
}

/** The word of a value of the trigger. */
export function triggerWord(keys: readonly string[], value: unknown): string {
  return word(pathOf(keys), value);
}

interface Leaf {
  /** The keys that lead there; lists have none for their items. */
  readonly keys: readonly string[];
  readonly value: string | number | boolean;
  /** The object that it stands in. */
  readonly within: Readonly<Record<string, unknown>>;
}

const pathOf = (keys: readonly string[]): string => ['trigger', ...keys].join('.');

function* leaves(root: unknown): Generator<Leaf> {
  // No recursion: whoever starts an execution decides how deep its trigger is.
  const open: { readonly value: unknown; readonly keys: readonly string[]; readonly within: Leaf['within'] }[] = [
    { value: root, keys: [], within: {} },
  ];
  // What is pushed meanwhile is walked too.
  for (const { value, keys, within } of open) {
    if (Array.isArray(value)) open.push(...value.map((item: unknown) => ({ value: item, keys, within })));
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      yield { keys, value, within };
    else if (isObject(value))
      open.push(...Object.entries(value).map(([key, item]) => ({ value: item, keys: [...keys, key], within: value })));
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function wordsOfLeaf({ keys, value, within }: Leaf): string[] {
  const [list, key = ''] = [keys.at(-2) ?? '', keys.at(-1)];
  const words = [word(pathOf(keys), value)];
  if (typeof value !== 'string' || value === '') return words;
  if (COMMIT_KEYS.test(key) || (key === 'id' && COMMIT_LISTS.test(list)))
    words.push(word('commit', value), commitWord(value));
  if (ARTIFACT_LISTS.has(list) && (key === 'reference' || key === 'name')) {
    words.push(word('artifact', value));
    if (key === 'name' && typeof within['version'] === 'string')
      words.push(word('artifact', `${value}:${within['version']}`));
  }
  return words;
}

/** A text that can be sent among others. */
function clean(text: string): string {
  return plain(text).replaceAll(WORD_SEPARATOR, ' ');
}
