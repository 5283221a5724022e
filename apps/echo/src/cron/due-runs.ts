import type { Schedule } from '@gennaker/extension-sdk/quartz-schedule';

/** What is due of a schedule. Epoch milliseconds. */
export interface DueRuns {
  readonly runs: readonly number[];
  /** The run after these; undefined: there is none ever. */
  readonly next: number | undefined;
  /** The first of the runs that are too long ago to be made up for; undefined: there are none. */
  readonly tooLate: number | undefined;
}

/** Runs that are taken of one schedule at a time; the rest comes next. */
const AT_ONCE = 500;

/**
 * What is due of a schedule at `now`, from `from` on, which is one of its runs. What lies longer ago than `windowMs` is left
 * out. Pure.
 */
export function dueRuns(schedule: Schedule, from: number, now: number, windowMs: number): DueRuns {
  const oldest = now - windowMs;
  const isTooLate = from < oldest;
  const runs: number[] = [];
  let next = isTooLate ? schedule.next(oldest - 1) : from;
  while (next !== undefined && next <= now && runs.length < AT_ONCE) {
    runs.push(next);
    next = schedule.next(next);
  }
  return { runs, next, tooLate: isTooLate ? from : undefined };
}
