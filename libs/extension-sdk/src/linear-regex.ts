import { RE2JS } from 're2js';

/** A regular expression from a user, matched in time linear in the text (RE2 syntax: no look-around, no back-references). */
export interface LinearRegex {
  /** Is it found anywhere in the text? */
  finds(text: string): boolean;
  /** Is the whole text what it describes? */
  matches(text: string): boolean;
}

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
  const regex: LinearRegex = {
    finds: (text) => compiled.matcher(text).find(),
    matches: (text) => compiled.matcher(text).matches(),
  };
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(pattern, regex);
  return regex;
}
