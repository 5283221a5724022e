import { createHash } from 'node:crypto';
import type { Json } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';

/** A top-level value whose JSON is longer than this is kept apart, characters. */
const BIG = 4_096;
/** JSON up to this long is not worth remembering, characters: each entry is one more for the garbage collector to follow. */
const SHORT = 256;
/** Key that a reference to a big value has in its place. A user's own object of this shape is kept apart too, so that the two never mix. */
const REFERENCE = '$blob';

/** A big value, to be stored once by its hash (SHA-256 of the JSON, hex). */
export interface Blob {
  readonly hash: string;
  readonly data: string;
}

/** JSON with references in place of big values, and these. */
export interface Packed {
  readonly text: string;
  readonly blobs: readonly Blob[];
}

const NOTHING: readonly Blob[] = [];
const EMPTY: Packed = { text: '{}', blobs: NOTHING };
const known = new WeakMap<Json, Packed>();
/** Big values by identity: they are never changed in place either. */
const bigs = new WeakMap<object, Blob>();

/**
 * An object as a row keeps it: values with big JSON are replaced by `{"$blob": "<hash>"}`. The same object is packed once:
 * contexts are never changed in place.
 */
export function pack(value: Json): Packed {
  const before = known.get(value);
  if (before) return before;
  const packed = packNow(value);
  // What is short is written again as soon as it is found again.
  if (packed.text.length > SHORT || packed.blobs.length > 0) known.set(value, packed);
  return packed;
}

function packNow(value: Json): Packed {
  if (!Object.values(value).some(isSurelyBig)) {
    const small = packSmall(value);
    if (small) return small;
  }
  const blobs: Blob[] = [];
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    const before = typeof item === 'object' && item !== null ? bigs.get(item) : undefined;
    const text = before ? before.data : (JSON.stringify(item) as string | undefined);
    if (text === undefined) continue;
    if (!before && text.length <= BIG && !isReference(item)) {
      parts.push(`${JSON.stringify(key)}:${text}`);
      continue;
    }
    const blob = before ?? { hash: createHash('sha256').update(text).digest('hex'), data: text };
    if (typeof item === 'object' && item !== null) bigs.set(item, blob);
    blobs.push(blob);
    parts.push(`${JSON.stringify(key)}:{"${REFERENCE}":"${blob.hash}"}`);
  }
  return { text: `{${parts.join(',')}}`, blobs };
}

/** Big without being written: a long text, or what was found big before, as most that a changed context holds. */
function isSurelyBig(item: unknown): boolean {
  if (typeof item === 'string') return item.length > BIG;
  return typeof item === 'object' && item !== null && bigs.has(item);
}

function packSmall(value: Json): Packed | undefined {
  const whole = JSON.stringify(value);
  if (whole === '{}') return EMPTY;
  if (whole.length <= BIG && !whole.includes(`"${REFERENCE}"`)) return { text: whole, blobs: NOTHING };
  return undefined;
}

function isReference(item: unknown): item is { readonly [REFERENCE]: string } {
  return (
    typeof item === 'object' &&
    item !== null &&
    Object.keys(item).length === 1 &&
    REFERENCE in item &&
    typeof item[REFERENCE] === 'string'
  );
}

/** Hashes that packed objects refer to. */
export function references(values: Iterable<Json>): Set<string> {
  const found = new Set<string>();
  for (const value of values)
    for (const item of Object.values(value)) if (isReference(item)) found.add(item[REFERENCE]);
  return found;
}

/** Reads big values; those that are missing are missing in the answer. */
export async function readBlobs(db: Queryable, hashes: ReadonlySet<string>): Promise<ReadonlyMap<string, unknown>> {
  if (hashes.size === 0) return new Map();
  const { rows } = await db.query<{ hash: string; data: string }>({
    name: 'orca-blobs',
    text: `select encode(hash, 'hex') as hash, data from orca.blobs where hash in (select decode(h, 'hex') from unnest($1::text[]) h)`,
    values: [[...hashes]],
  });
  return new Map(rows.map((row) => [row.hash, JSON.parse(row.data) as unknown]));
}

/**
 * A packed object with its big values in their places.
 * @throws Error naming a value that is missing
 */
export function unpack(packed: Json, blobs: ReadonlyMap<string, unknown>): Json {
  if (!Object.values(packed).some(isReference)) return packed;
  return Object.fromEntries(
    Object.entries(packed).map(([key, item]) => {
      if (!isReference(item)) return [key, item];
      const hash = item[REFERENCE];
      if (!blobs.has(hash)) throw new Error(`The stored value ${hash} of "${key}" is missing from orca.blobs.`);
      return [key, blobs.get(hash)];
    }),
  );
}

/** The hashes that are kept of an execution, to be added to. */
export function hashesOf(held: Map<string, Set<string>>, execution: string): Set<string> {
  const known = held.get(execution);
  if (known) return known;
  const hashes = new Set<string>();
  held.set(execution, hashes);
  return hashes;
}
