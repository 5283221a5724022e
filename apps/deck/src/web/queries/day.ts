/** A day, ms. */
export const DAY_MS = 24 * 60 * 60_000;

/** Begin of a day (YYYY-MM-DD) in the reader's own time, epoch milliseconds; undefined for what is no day. */
export function startOf(day: string | undefined): number | undefined {
  const at = day === undefined ? Number.NaN : new Date(`${day}T00:00:00`).getTime();
  return Number.isNaN(at) ? undefined : at;
}
