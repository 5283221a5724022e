type Json = Readonly<Record<string, unknown>>;

/** True for a JSON object, and no list. */
export const isJsonObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What items of a document's lists are known by, the best first. */
const KNOWN_BY = ['refId', 'id', 'name', 'variable'] as const;

/** Items of several versions of one list by what they are known by in all of them; undefined where nothing tells them apart. */
export function keyedItems(...lists: readonly (readonly unknown[])[]): Map<string, Json>[] | undefined {
  for (const name of KNOWN_BY) {
    const keyed = lists.map(
      (items) =>
        new Map(
          items
            .filter(isJsonObject)
            .flatMap((item): [string, Json][] => (typeof item[name] === 'string' ? [[item[name], item]] : [])),
        ),
    );
    if (keyed.every((map, at) => map.size === lists[at]?.length)) return keyed;
  }
  return undefined;
}
