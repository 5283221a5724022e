/** So many latencies from `from` up to and without `to`, milliseconds; `to` is Infinity for all that took longer. */
export interface LatencyBucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Buckets of several histograms as one: those with the same bounds are added up. */
export function mergeBuckets(histograms: readonly (readonly LatencyBucket[])[]): LatencyBucket[] {
  const merged = new Map<string, LatencyBucket>();
  for (const { from, to, count } of histograms.flat()) {
    if (count === 0) continue;
    const key = `${from} ${to}`;
    merged.set(key, { from, to, count: (merged.get(key)?.count ?? 0) + count });
  }
  return [...merged.values()].toSorted((a, b) => a.to - b.to || a.from - b.from);
}

/**
 * The latency that a share of all stays within, as well as buckets can tell: between the bounds of the bucket that it
 * falls into, as if what is in there lay evenly. What lies in an open bucket counts as its lower bound.
 * @param share above 0, at most 1
 * @returns milliseconds; null when the buckets are empty
 */
export function percentile(buckets: readonly LatencyBucket[], share: number): number | null {
  const sorted = mergeBuckets([buckets]);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.min(total, Math.max(1, Math.ceil(share * total)));
  let before = 0;
  for (const { from, to, count } of sorted) {
    if (before + count >= rank) {
      const reached = Number.isFinite(to) ? from + ((to - from) * (rank - before)) / count : from;
      return Math.round(reached * 10) / 10;
    }
    before += count;
  }
  return null;
}
