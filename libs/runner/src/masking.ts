/** What a masked secret looks like in a log. */
export const MASK = '********';

/** Secrets shorter than this are not masked: they would blot out ordinary text. */
const SHORTEST = 4;

/**
 * A function that replaces each of the secrets, wherever it occurs, by `MASK`; longer ones first, so that a secret that
 * contains another leaves no rest.
 */
export function masker(secrets: readonly string[]): (text: string) => string {
  const found = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST);
  const byLength = found.toSorted((a, b) => b.length - a.length);
  return (text) => byLength.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}
