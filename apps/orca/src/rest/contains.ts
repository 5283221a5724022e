import { linearRegex } from '@gennaker/extension-sdk/linear-regex';

/**
 * Does a value contain what is wanted? Objects contain a subset of keys, lists contain each wanted item in an item of its
 * own, texts are equal ignoring case or match as a whole as an RE2 pattern.
 */
export function contains(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(value) && listContains(value, wanted);
  if (wanted !== null && typeof wanted === 'object')
    return (
      value !== null &&
      typeof value === 'object' &&
      !Array.isArray(value) &&
      Object.entries(wanted).every(
        ([key, part]) => Object.hasOwn(value, key) && contains((value as Record<string, unknown>)[key], part),
      )
    );
  if (typeof wanted === 'string') return isText(value) && matches(String(value), wanted);
  return value === wanted;
}

/** Each wanted item has an item of its own: found by augmenting paths, as one item may serve several wanted ones. */
function listContains(items: readonly unknown[], wanted: readonly unknown[]): boolean {
  const servedBy = new Map<number, number>();
  const place = (want: number, tried: Set<number>): boolean =>
    items.some((item, index) => {
      if (tried.has(index) || !contains(item, wanted[want])) return false;
      tried.add(index);
      const other = servedBy.get(index);
      if (other !== undefined && !place(other, tried)) return false;
      servedBy.set(index, want);
      return true;
    });
  return wanted.every((_, want) => place(want, new Set()));
}

function isText(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function matches(text: string, wanted: string): boolean {
  if (text.toLowerCase() === wanted.toLowerCase()) return true;
  try {
    return linearRegex(`^(?:${wanted})$`).finds(text);
  } catch {
    // It is no pattern: then it is a text alone.
    return false;
  }
}
