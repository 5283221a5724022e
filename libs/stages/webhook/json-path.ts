import { JSONPath } from 'jsonpath-plus';

/** What a JSON path finds in a document: its first match, or undefined. Filters that are scripts are not run. */
export function firstMatch(document: unknown, path: string): unknown {
  if (typeof document !== 'object' || document === null) return undefined;
  const found: unknown = JSONPath({ path, json: document, wrap: true, eval: false });
  return Array.isArray(found) ? (found[0] as unknown) : undefined;
}

/** A body as JSON where it is JSON, as text otherwise. */
export function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
