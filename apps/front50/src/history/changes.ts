import { isJsonObject, keyedItems } from '@gennaker/documents/keyed-items';
import { isDeepStrictEqual } from 'node:util';

/** One difference between two versions of a document. */
export interface Change {
  /** Where: keys and, in lists, what an item is known by: `stages[Bake].package`. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  readonly before?: unknown;
  readonly after?: unknown;
  /** For people: `stages[Bake]: package "a" became "b"`. */
  readonly sentence: string;
}

type Json = Readonly<Record<string, unknown>>;

/** What the system writes itself says nothing about what somebody changed. */
const OWN = new Set(['updateTs', 'lastModifiedBy', 'lastModified', 'version', 'createTs', 'id', 'index']);

/**
 * What changed from one version of a document to the next, in the documents' words: items of lists are matched by what
 * they are known by (refId, id, name), not by their place.
 */
export function changesBetween(before: unknown, after: unknown): Change[] {
  const without = (value: unknown): unknown =>
    isJsonObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !OWN.has(key))) : value;
  return differences(without(before), without(after), '');
}

function differences(before: unknown, after: unknown, path: string): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => {
      const at = path === '' ? key : `${path}.${key}`;
      if (!Object.hasOwn(after, key)) return [change('removed', at, before[key], undefined)];
      if (!Object.hasOwn(before, key)) return [change('added', at, undefined, after[key])];
      return differences(before[key], after[key], at);
    });
  }
  const keyed = Array.isArray(before) && Array.isArray(after) ? itemChanges(before, after, path) : undefined;
  return keyed ?? [change('changed', path, before, after)];
}

/** Differences of two lists whose items are all known by something, each by its own; undefined for other lists. */
function itemChanges(before: readonly unknown[], after: readonly unknown[], path: string): Change[] | undefined {
  const [old, now] = keyedItems(before, after) ?? [];
  if (!old || !now) return undefined;
  const removed = [...old]
    .filter(([key]) => !now.has(key))
    .map(([, item]) => change('removed', at(path, item), item, undefined));
  const rest = [...now].flatMap(([key, item]) => {
    const earlier = old.get(key);
    return earlier === undefined
      ? [change('added', at(path, item), undefined, item)]
      : differences(earlier, item, at(path, item));
  });
  const common = (items: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): string[] =>
    [...items.keys()].filter((key) => other.has(key));
  const moved = isDeepStrictEqual(common(old, now), common(now, old))
    ? []
    : [change('moved', path, [...old.keys()], [...now.keys()])];
  return [...removed, ...rest, ...moved];
}

/** `stages[Bake]`: an item by its name, where it has one. */
function at(path: string, item: Json): string {
  const known = [item['name'], item['type'], item['refId'], item['id']].find((value) => typeof value === 'string');
  return `${path}[${String(known)}]`;
}

function change(kind: Change['kind'], path: string, before: unknown, after: unknown): Change {
  const sentence =
    kind === 'added'
      ? `${path} was added${shown(after)}`
      : kind === 'removed'
        ? `${path} was removed${shown(before)}`
        : kind === 'moved'
          ? `${path} has another order`
          : `${path}${shown(before)} became${shown(after)}`;
  return {
    path,
    kind,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    sentence,
  };
}

/** A short value as it is, nothing for what is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? ' (long)' : ` ${text}`;
}

/** The paths that two people changed differently. */
export function conflictsOf(theirs: readonly Change[], yours: readonly Change[]): string[] {
  return theirs
    .filter((one) =>
      yours.some(
        (other) =>
          (one.path === other.path || one.path.startsWith(`${other.path}.`) || other.path.startsWith(`${one.path}.`)) &&
          !isDeepStrictEqual(one.after, other.after),
      ),
    )
    .map(({ path }) => path);
}
