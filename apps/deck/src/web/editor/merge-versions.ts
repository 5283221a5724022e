import { isJsonObject, keyedItems } from '@gennaker/documents/keyed-items';
import { hashKey } from '@tanstack/react-query';

/** One place that two people changed differently. A side without a value has taken it away. */
export interface Collision {
  /** Keys and, in lists, what an item is known by: `stages[2].waitTime`. */
  readonly path: string;
  readonly theirs: unknown;
  readonly mine: unknown;
}
/** Whose value is kept. */
export type Side = 'mine' | 'theirs';

/** Two versions joined: what only one side changed is as that side has it; for the rest somebody chooses. */
export interface Merged {
  readonly value: unknown;
  readonly collisions: readonly Collision[];
}

/** Written by the system with each save. */
const OWN = new Set(['updateTs', 'lastModifiedBy', 'version', 'index', 'id']);

/**
 * Joins two versions that both came from `base`. Items of lists are matched by what they are known by; `choices` says by
 * path whose value is kept where both changed (without one: mine).
 */
export function mergeVersions(
  base: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
  mine: Readonly<Record<string, unknown>>,
  choices: ReadonlyMap<string, Side>,
): { readonly document: Record<string, unknown>; readonly collisions: readonly Collision[] } {
  const own = Object.fromEntries(Object.entries(theirs).filter(([key]) => OWN.has(key)));
  const { value, collisions } = merge(base, { ...theirs }, { ...mine, ...own }, '', choices);
  return { document: isJsonObject(value) ? { ...value, ...own } : { ...theirs }, collisions };
}

/** JSON values of the same meaning; the order of keys says nothing. */
const same = (a: unknown, b: unknown): boolean =>
  a === undefined || b === undefined ? a === b : hashKey([a]) === hashKey([b]);

function merge(
  base: unknown,
  theirs: unknown,
  mine: unknown,
  path: string,
  choices: ReadonlyMap<string, Side>,
): Merged {
  if (same(theirs, mine) || same(base, mine)) return { value: theirs, collisions: [] };
  if (same(base, theirs)) return { value: mine, collisions: [] };
  if (isJsonObject(theirs) && isJsonObject(mine)) {
    const before = isJsonObject(base) ? base : {};
    return joined(new Set([...Object.keys(theirs), ...Object.keys(mine)]), (key) =>
      merge(before[key], theirs[key], mine[key], path === '' ? key : `${path}.${key}`, choices),
    );
  }
  if (Array.isArray(theirs) && Array.isArray(mine)) {
    const [before, other, own] = keyedItems(Array.isArray(base) ? base : [], theirs, mine) ?? [];
    if (before && other && own) {
      const order = [...own.keys()];
      // Whoever changed the order alone is followed; where both did, mine stands.
      const moved = !sameOrder(before, own);
      const names = moved ? new Set([...order, ...other.keys()]) : new Set([...other.keys(), ...order]);
      const { value, collisions } = joined(names, (key) =>
        merge(before.get(key), other.get(key), own.get(key), `${path}[${key}]`, choices),
      );
      return { value: [...names].flatMap((key) => (Object.hasOwn(value, key) ? [value[key]] : [])), collisions };
    }
  }
  return {
    value: choices.get(path) === 'theirs' ? theirs : mine,
    collisions: [{ path, theirs, mine }],
  };
}

function sameOrder(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return same(
    [...a.keys()].filter((key) => b.has(key)),
    [...b.keys()].filter((key) => a.has(key)),
  );
}

function joined(
  keys: ReadonlySet<string>,
  of: (key: string) => Merged,
): { readonly value: Record<string, unknown>; readonly collisions: readonly Collision[] } {
  const parts = [...keys].map((key) => [key, of(key)] as const);
  return {
    value: Object.fromEntries(parts.flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]]))),
    collisions: parts.flatMap(([, { collisions }]) => collisions),
  };
}
