/**
 * A value as the database can keep it: plain JSON whose texts hold no NUL and no half surrogate pairs (these become U+FFFD).
 * Anything that JSON does not have (functions, undefined) is left out.
 */
export function storable<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
    typeof item === 'string' ? item.toWellFormed().replaceAll('\u0000', '\uFFFD') : item,
  ) as T;
}
