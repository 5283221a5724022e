import { badRequest, type ServiceError } from './error.ts';

/** Levels of lists and objects that JSON may have: far more than any document needs, far less than recursion endures. */
export const MAX_DEPTH = 200;
const SHOWN_KEYS = 10;

/** A list or object within a value, and how to get there. */
interface Place {
  readonly value: object;
  readonly key: string;
  readonly above: Place | undefined;
  readonly depth: number;
}

/**
 * Refuses what would be lost or do harm further on: NUL characters and halves of surrogate pairs, which PostgreSQL cannot
 * keep; keys that reach an object's prototype, which copies of the object would lose; and nesting beyond MAX_DEPTH.
 * @param part names the part of the request in the message: path, query or body
 * @throws ServiceError 400 with the place
 */
export function refuseUnkeepable(part: string, value: unknown): void {
  if (typeof value === 'string') return refuseText(part, value, undefined, undefined);
  if (value === null || typeof value !== 'object') return;
  const open: Place[] = [{ value, key: '', above: undefined, depth: 1 }];
  for (let place = open.pop(); place; place = open.pop()) {
    if (place.depth > MAX_DEPTH)
      throw refusal(part, place, undefined, `is nested deeper than ${MAX_DEPTH} levels`, 'send it with fewer levels');
    const isList = Array.isArray(place.value);
    for (const [key, item] of Object.entries(place.value) as [string, unknown][]) {
      if (!isList) {
        refuseText(part, key, place, key);
        const reaches =
          key === '__proto__' || (key === 'constructor' && isObject(item) && Object.hasOwn(item, 'prototype'));
        if (reaches)
          throw refusal(
            part,
            place,
            key,
            'is a key that objects have a meaning of their own for',
            'rename or remove it',
          );
      }
      if (typeof item === 'string') refuseText(part, item, place, key);
      else if (isObject(item)) open.push({ value: item, key, above: place, depth: place.depth + 1 });
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refuseText(part: string, text: string, place: Place | undefined, key: string | undefined): void {
  if (text.includes('\u0000')) throw refusal(part, place, key, 'holds a NUL character', 'remove every \\u0000');
  if (!text.isWellFormed())
    throw refusal(part, place, key, 'holds half of a surrogate pair', 'send both halves of the character, or neither');
}

function refusal(
  part: string,
  place: Place | undefined,
  key: string | undefined,
  what: string,
  fix: string,
): ServiceError {
  const keys = key === undefined ? [] : [key];
  for (let at = place; at?.above; at = at.above) keys.unshift(at.key);
  const shown = keys.slice(0, SHOWN_KEYS).map(printable);
  if (keys.length > SHOWN_KEYS) shown.push('…');
  return badRequest(`${[part, ...shown].join('.')}: ${what}`, { field: shown.join('.') || part, fix });
}

/** A key as a sentence can have it. */
function printable(key: string): string {
  return key.toWellFormed().replaceAll('\u0000', '\\u0000').slice(0, 100);
}
