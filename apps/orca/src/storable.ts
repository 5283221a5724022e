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
