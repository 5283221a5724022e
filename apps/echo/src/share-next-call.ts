/**
 * Joins those who ask the same at the same time: at most one call of a kind is under way, and whoever asks meanwhile gets
 * the answer of the next one. No answer is older than its question, as that call begins after it was asked.
 */
export function shareNextCall<A, R>(
  call: (asked: A) => Promise<R>,
  kindOf: (asked: A) => string,
): (asked: A) => Promise<R> {
  const underWay = new Map<string, { readonly done: Promise<unknown>; next?: Promise<R> }>();
  const begin = (kind: string, asked: A): Promise<R> => {
    const answer = call(asked);
    const entry = { done: answer.catch(() => {}) };
    underWay.set(kind, entry);
    void entry.done.then(() => {
      if (underWay.get(kind) === entry && !('next' in entry)) underWay.delete(kind);
    });
    return answer;
  };
  return (asked) => {
    const kind = kindOf(asked);
    const now = underWay.get(kind);
    if (!now) return begin(kind, asked);
    now.next ??= now.done.then(() => begin(kind, asked));
    return now.next;
  };
}
