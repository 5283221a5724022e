import type { Echo } from '../echo.ts';
import { compareSchedules } from './compare-schedules.ts';
import type { CronTimes } from './cron-times.ts';
import { fireSchedules } from './fire-schedules.ts';

/** How soon what failed is tried again, ms. */
const AGAIN_MS = 1_000;

/**
 * Starts the schedules: any number of processes may do so at once. A saved schedule is known after `compareMs` at the latest,
 * and counts from when it was saved. The answer stops, after what is being done.
 */
export function startCron(echo: Echo, times: CronTimes): { close(): Promise<void> } {
  const refused = new Set<string>();
  let closed = false;
  let cancel = (): void => {};
  let working: Promise<void> = Promise.resolve();
  let compareAt = -Infinity;

  const turn = async (): Promise<number> => {
    const now = echo.clock.now();
    if (now >= compareAt) {
      compareAt = now + AGAIN_MS;
      try {
        await compareSchedules(echo, times, refused);
        compareAt = now + times.compareMs;
      } catch (error) {
        report(error);
      }
    }
    const next = await fireSchedules(echo, times);
    return Math.min(next ?? compareAt, compareAt);
  };
  const report = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    echo.log.warn(`Schedules cannot be looked at (${reason}); looking again.`);
  };
  const work = (): void => {
    if (closed) return;
    working = turn()
      .catch((error: unknown) => {
        report(error);
        return echo.clock.now() + AGAIN_MS;
      })
      .then((at) => {
        // What another process is busy with is looked at again a little later.
        if (!closed) cancel = echo.clock.after(Math.max(at - echo.clock.now(), 20), work);
      });
  };
  work();
  return {
    async close() {
      closed = true;
      cancel();
      await working;
    },
  };
}
