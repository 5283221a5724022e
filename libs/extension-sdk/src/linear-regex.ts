import { RE2JS } from 're2js';

/** A regular expression from a user, matched in time linear in the text (RE2 syntax: no look-around, no back-references). */
export interface LinearRegex {
  /** Is it found anywhere in the text? @throws Error when that would take too many steps */
  finds(text: string): boolean;
  /** Is the whole text what it describes? @throws Error when that would take too many steps */
  matches(text: string): boolean;
}

/** Steps that one search may take, so that none keeps a service busy: instructions of the pattern by characters of the text. */
const MOST_STEPS = 20_000_000;

const cache = new Map<string, LinearRegex>();
const CACHE_MAX = 1_000;

/**
 * Compiles a user's pattern; compiled patterns are kept.
 * @throws Error with RE2's sentence when the pattern is not in its syntax
 */
export function linearRegex(pattern: string): LinearRegex {
  const kept = cache.get(pattern);
  if (kept) return kept;
  const compiled = RE2JS.compile(pattern);
  const size = compiled.programSize();
  const matcher = (text: string) => {
    if (size * text.length > MOST_STEPS)
      throw new Error(`the pattern is too large (${size} steps) for a text of ${text.length} characters`);
    return compiled.matcher(text);
  };
  const regex: LinearRegex = {
    finds: (text) => matcher(text).find(),
    matches: (text) => matcher(text).matches(),
  };
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(pattern, regex);
  return regex;
}
