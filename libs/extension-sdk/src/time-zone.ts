import { badRequest } from '@gennaker/contracts/error';

/** A time zone: how far its wall-clock time is ahead of UTC at a moment. */
export interface TimeZone {
  readonly name: string;
  /** Milliseconds. @param at epoch milliseconds */
  offset(at: number): number;
}

const kept = new Map<string, TimeZone>();
const MINUTE_MS = 60_000;
/** Offsets change at full minutes; so many are kept of each zone. */
const KEPT_OFFSETS = 5_000;

/** A zone by its IANA name, such as Europe/Berlin. @throws ServiceError 400 for an unknown one */
export function timeZoneNamed(name: string): TimeZone {
  const known = kept.get(name);
  if (known) return known;
  const zone = readZone(name);
  kept.set(name, zone);
  return zone;
}

function readZone(name: string): TimeZone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw badRequest(`"${name}" is not the name of a time zone`, {
      field: 'timezone',
      fix: 'use an IANA name, such as Europe/Berlin or America/New_York',
    });
  }
  const offsets = new Map<number, number>();
  return {
    name,
    offset(at) {
      const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
      const found = offsets.get(minute);
      if (found !== undefined) return found;
      const part: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(minute)) part[type] = Number(value);
      const { year = 0, month = 1, day = 1, hour = 0, minute: minutes = 0, second = 0 } = part;
      const offset = Date.UTC(year, month - 1, day, hour, minutes, second) - minute;
      if (offsets.size >= KEPT_OFFSETS) offsets.clear();
      offsets.set(minute, offset);
      return offset;
    },
  };
}

/** The first moment after `from`, at `to` at the latest, that has the offset of `to`; the two have different ones. */
export function changeBetween(zone: TimeZone, from: number, to: number): number {
  let [before, after] = [from, to];
  const next = zone.offset(to);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone.offset(middle) === next) after = middle;
    else before = middle;
  }
  return after;
}
