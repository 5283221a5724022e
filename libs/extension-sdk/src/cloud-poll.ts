const MINUTE_MS = 60_000;

/**
 * How long a stage that waits for the cloud sleeps between looks when nothing wakes it, ms: every second while people
 * watch, rarely once it is plain that it takes its time.
 */
export function cloudPollMs(elapsedMs: number): number {
  if (elapsedMs < 2 * MINUTE_MS) return 1_000;
  return elapsedMs < 30 * MINUTE_MS ? 5_000 : 30_000;
}
