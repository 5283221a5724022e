/** What a closed loop measured. */
export interface LoopResult {
  readonly ms: number;
  /** Duration of each piece of work, ms. */
  readonly took: readonly number[];
}

/** Does `count` pieces of work, `inFlight` at a time: the next begins when one has ended. */
export async function closedLoop(
  count: number,
  inFlight: number,
  work: (index: number) => Promise<void>,
): Promise<LoopResult> {
  const took: number[] = [];
  let next = 0;
  const begun = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const at = performance.now();
      await work(index);
      took.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, lane));
  return { ms: performance.now() - begun, took };
}

/** The value below which a share of the values lies (0.5: the median). NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
