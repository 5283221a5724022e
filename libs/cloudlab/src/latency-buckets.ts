/** Latencies are counted as Google's load balancers count them: in buckets that grow by the same factor. */
export const LATENCY_BUCKETS = { numFiniteBuckets: 66, growthFactor: 1.4, scale: 1 } as const;

/** Buckets that are counted in: the last one holds all that takes longer than two minutes. */
export const LATENCY_SLOTS = 37;

/** Upper bound of each bucket but the last, milliseconds: `bounds[i]` ends bucket `i` and begins the next. */
export const LATENCY_BOUNDS_MS: readonly number[] = Array.from(
  { length: LATENCY_SLOTS - 1 },
  (_, i) => LATENCY_BUCKETS.scale * LATENCY_BUCKETS.growthFactor ** i,
);

/** The bucket that a latency falls into, from the first whose upper bound is above it. */
export function latencySlot(ms: number): number {
  let low = 0;
  let high = LATENCY_SLOTS - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms < (LATENCY_BOUNDS_MS[middle] ?? Number.POSITIVE_INFINITY)) high = middle;
    else low = middle + 1;
  }
  return low;
}
