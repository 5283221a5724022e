import { JSONPath } from 'jsonpath-plus';

/** How many places of a document a path may look at, so that none can keep a service busy. */
const MOST_PLACES = 100_000;
const LONGEST = 200;
/** Filters run code, and unions and parents can look at one place many times over. */
const REFUSED = /[(),^@~`]/;
/** Parsed paths that the library keeps are thrown away from time to time. */
const KEPT_PATHS = 1_000;
let parsed = 0;

/**
 * Everything that a user's JSONPath finds in a document: names, indexes, slices, `*` and `..`.
 * @throws Error when the path has anything else, or looks at too many places
 */
export function findByPath(document: object, path: string): unknown[] {
  if (path.length > LONGEST) throw new Error(`the path is longer than ${LONGEST} characters`);
  if (REFUSED.test(path) || path.lastIndexOf('$') > 0)
    throw new Error('the path may have names, indexes, slices, * and .. only: no filters, no unions');
  parsed += 1;
  if (parsed % KEPT_PATHS === 0) JSONPath.clearCache();
  const counter = countedDocument();
  const found: unknown = JSONPath({ path, json: counter.watch(document) as object, eval: false, wrap: true });
  return Array.isArray(found) ? found.map((value: unknown) => counter.behind(value)) : [];
}

/** A document that counts how often it is looked at, and refuses to be looked at too often. */
function countedDocument(): { watch(value: unknown): unknown; behind(value: unknown): unknown } {
  let places = 0;
  const originals = new WeakMap<object, unknown>();
  const count = (): void => {
    places += 1;
    if (places > MOST_PLACES) throw new Error(`the path looks at more than ${MOST_PLACES} places of the document`);
  };
  const handler: ProxyHandler<object> = {
    get(target, name) {
      count();
      return watch(Reflect.get(target, name));
    },
    getOwnPropertyDescriptor(target, name) {
      count();
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  };
  function watch(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const watched = new Proxy(value, handler);
    originals.set(watched, value);
    return watched;
  }
  return {
    watch,
    behind: (value) => (typeof value === 'object' && value !== null ? (originals.get(value) ?? value) : value),
  };
}
