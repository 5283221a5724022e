/** Escapes of a NUL and of half a surrogate pair, as JSON.stringify writes them; a doubled backslash before is rare and only costs time. */
const ODD = /\\u(?:0000|d[89a-f])/;

/**
 * A value as the database can keep it: plain JSON whose texts hold no NUL and no half surrogate pairs (these become U+FFFD).
 * Anything that JSON does not have (functions, undefined) is left out.
 */
export function storable<T>(value: T): T {
  const text = JSON.stringify(value);
  if (!ODD.test(text)) return JSON.parse(text) as T;
  return JSON.parse(text, (_key, item: unknown) =>
    typeof item === 'string' ? item.toWellFormed().replaceAll('\u0000', '\uFFFD') : item,
  ) as T;
}

/** Levels of lists and objects that are looked through; what is deeper is copied. */
const LOOKED_THROUGH = 100;

/** The same of a value that nobody changes any more: what the database can keep as it is, as most that came as JSON, is not copied. */
export function asStorable<T>(value: T): T {
  return isStorable(value, LOOKED_THROUGH) ? value : storable(value);
}

function isStorable(value: unknown, levels: number): boolean {
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value === 'boolean' || value === null) return true;
  if (typeof value !== 'object' || levels === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isStorable(item, levels - 1)) return false;
    return Object.keys(value).length === value.length;
  }
  const { constructor } = value;
  if ((constructor !== Object && constructor !== undefined) || 'toJSON' in value) return false;
  for (const [key, item] of Object.entries(value))
    if (!isStorable(key, 0) || !isStorable(item, levels - 1)) return false;
  return true;
}
