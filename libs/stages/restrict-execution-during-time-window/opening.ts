import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionWindow } from './schema.ts';

/** Spinnaker's zone where a window names none. */
export const DEFAULT_ZONE = 'America/Los_Angeles';

const MINUTE_MS = 60_000;
/** Zones change their offset at multiples of this only. */
const BLOCK_MS = 15 * MINUTE_MS;
/** A weekly window that a change of the clock swallows opens a week later. */
const HORIZON_MS = 16 * 24 * 60 * MINUTE_MS;
const DAY_MINUTES = 24 * 60;

/**
 * The first moment (epoch ms, not before `now`) whose wall clock is inside of the window; `now` itself while it is open.
 * Correct over changes of the clock: an hour that is left out opens nothing, one that comes twice is open twice.
 * @throws ServiceError 422 for a zone that there is not, and for a window that never opens
 */
export function nextOpening(window: ExecutionWindow, now: number): number {
  const offset = offsetIn(window.timezone ?? DEFAULT_ZONE);
  const isOpen = wallClockTest(window);
  let block = Number.NaN;
  let shift = 0;
  for (let at = now; at < now + HORIZON_MS; at = (Math.floor(at / MINUTE_MS) + 1) * MINUTE_MS) {
    const current = Math.floor(at / BLOCK_MS);
    if (current !== block) {
      block = current;
      shift = offset(at);
    }
    if (isOpen(at + shift)) return at;
  }
  throw new ServiceError(422, 'This execution window never opens', {
    field: 'restrictedExecutionWindow',
    fix: 'choose days and hours that there are',
  });
}

/** Tells of a wall-clock time (as epoch ms of the same numbers in UTC) whether it is inside. */
function wallClockTest(window: ExecutionWindow): (wall: number) => boolean {
  const days = new Set(window.days ?? []);
  const spans = (window.whitelist ?? []).flatMap(({ startHour, startMin, endHour, endMin }) => {
    const start = startHour * 60 + startMin;
    const end = endHour * 60 + endMin;
    if (start < end) return [[start, end] as const];
    return [[start, DAY_MINUTES] as const, [0, end] as const];
  });
  return (wall) => {
    const minutes = Math.floor(wall / MINUTE_MS);
    const day = Math.floor(minutes / DAY_MINUTES);
    // The first of January 1970 was a Thursday.
    if (days.size > 0 && !days.has(((((day + 4) % 7) + 7) % 7) + 1)) return false;
    const minute = minutes - day * DAY_MINUTES;
    return spans.length === 0 || spans.some(([start, end]) => minute >= start && minute < end);
  };
}

/** A zone's distance from UTC (ms) at a moment. */
function offsetIn(timeZone: string): (at: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    throw new ServiceError(
      422,
      `There is no time zone "${timeZone}"`,
      { field: 'restrictedExecutionWindow.timezone', fix: 'name one such as Europe/Berlin' },
      { cause: error },
    );
  }
  return (at) => {
    const second = Math.floor(at / 1000) * 1000;
    const part = Object.fromEntries(format.formatToParts(second).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: s = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, s) - second;
  };
}

/** A delay between two limits (seconds), the same for the same key. */
export function jitterSeconds(jitter: { readonly minDelay: number; readonly maxDelay: number }, key: string): number {
  const least = Math.min(jitter.minDelay, jitter.maxDelay);
  const span = Math.abs(jitter.maxDelay - jitter.minDelay) + 1;
  // FNV-1a: spreads, needs no randomness that a repeat would not have.
  let hash = 0x811c9dc5;
  for (const char of key) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return least + (hash % span);
}
