import { type DayRule, type QuartzFields, quartzFields } from './quartz-fields.ts';
import { changeBetween, type TimeZone, timeZoneNamed } from './time-zone.ts';

/** When something runs, again and again. */
export interface Schedule {
  /** What the expression says, in words. */
  readonly meaning: string;
  /** IANA name of the zone in whose wall-clock time it is meant. */
  readonly timeZone: string;
  /** The first run after a moment, both epoch milliseconds; undefined: it never runs again. */
  next(after: number): number | undefined;
}

const DAY_MS = 86_400_000;
/** Further than any zone is from UTC, so that what is before it is before, and what is after it after. */
const ANY_ZONE_MS = 26 * 3_600_000;

/**
 * A schedule in Quartz's words (`0 0 10 ? * MON-FRI`), in a time zone's wall-clock time. Where clocks are set forward, a run
 * in the time that is left out happens at the moment of the change; where they are set back, a run in the time that comes
 * twice happens the first time. A schedule for every hour goes on evenly instead: nothing for the hour that is left out,
 * and both of the two.
 * @param spreadBy what `H` is spread by, such as the id of the trigger
 * @throws ServiceError 400 naming `expression` or `timezone`
 */
export function quartzSchedule(expression: string, options: { timeZone: string; spreadBy: string }): Schedule {
  const fields = quartzFields(expression, options.spreadBy);
  const zone = timeZoneNamed(options.timeZone);
  const next = fields.hours.length === 24 ? nextEvenly : nextByTheClock;
  return { meaning: fields.meaning, timeZone: zone.name, next: (after) => next(fields, zone, after) };
}

/** The next runs after a moment, epoch milliseconds, in their order; fewer where it ends. */
export function nextRuns(schedule: Schedule, after: number, count: number): number[] {
  const runs: number[] = [];
  let at = schedule.next(after);
  while (at !== undefined && runs.length < count) {
    runs.push(at);
    at = schedule.next(at);
  }
  return runs;
}

/** The offsets before and after a wall-clock time, and the change between them where there is one. */
function around(zone: TimeZone, wall: number): { before: number; after: number; change?: number } {
  const [from, to] = [wall - ANY_ZONE_MS, wall + ANY_ZONE_MS];
  const [before, after] = [zone.offset(from), zone.offset(to)];
  return before === after ? { before, after } : { before, after, change: changeBetween(zone, from, to) };
}

function nextByTheClock(fields: QuartzFields, zone: TimeZone, after: number): number | undefined {
  let wall = nextWallTime(fields, after + zone.offset(after));
  while (wall !== undefined) {
    const at = momentOf(zone, wall);
    if (at > after) return at;
    wall = nextWallTime(fields, wall);
  }
  return undefined;
}

/** When a clock first shows this time; the moment of the change where it never does. */
function momentOf(zone: TimeZone, wall: number): number {
  const { before, after, change } = around(zone, wall);
  if (change === undefined || wall - before < change) return wall - before;
  return Math.max(change, wall - after);
}

function nextEvenly(fields: QuartzFields, zone: TimeZone, after: number): number | undefined {
  const offset = zone.offset(after);
  const wall = nextWallTime(fields, after + offset);
  if (wall === undefined) return undefined;
  const near = around(zone, wall);
  if (near.change === undefined) return wall - near.before;
  if (after >= near.change) return wall - near.after;
  if (wall - near.before < near.change) return wall - near.before;
  const beyond = nextWallTime(fields, near.change - 1 + near.after);
  return beyond === undefined ? undefined : beyond - near.after;
}

/** The first time after `wall` that the fields choose; wall-clock times are written as if they were UTC. */
function nextWallTime(fields: QuartzFields, wall: number): number | undefined {
  const from = new Date(wall + 1_000 - (((wall % 1_000) + 1_000) % 1_000));
  const firstDay = Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate());
  for (const year of fields.years) {
    if (year < from.getUTCFullYear()) continue;
    for (const month of fields.months) {
      const first = Date.UTC(year, month - 1, 1);
      if (Date.UTC(year, month, 1) <= firstDay) continue;
      for (const day of daysOf(fields, year, month)) {
        const at = first + (day - 1) * DAY_MS;
        if (at < firstDay) continue;
        const time = timeOfDay(fields, at === firstDay ? from.getTime() - firstDay : 0);
        if (time !== undefined) return at + time;
      }
    }
  }
  return undefined;
}

/** The first chosen time of a day that is not before `least`, ms since its begin. */
function timeOfDay({ hours, minutes, seconds }: QuartzFields, least: number): number | undefined {
  const second = Math.floor(least / 1_000);
  const [h, m, s] = [Math.floor(second / 3_600), Math.floor(second / 60) % 60, second % 60];
  for (const hour of hours) {
    if (hour < h) continue;
    for (const minute of minutes) {
      if (hour === h && minute < m) continue;
      for (const chosen of seconds)
        if (hour > h || minute > m || chosen >= s) return (hour * 3_600 + minute * 60 + chosen) * 1_000;
    }
  }
  return undefined;
}

/** The chosen days of a month, in their order. */
function daysOf(fields: QuartzFields, year: number, month: number): number[] {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const weekday = (day: number): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
  const ruled = new Set(fields.dayRules.map((rule) => dayOf(rule, last, weekday)));
  const days: number[] = [];
  for (let day = 1; day <= last; day += 1)
    if (fields.daysOfMonth?.has(day) === true || fields.daysOfWeek?.has(weekday(day)) === true || ruled.has(day))
      days.push(day);
  return days;
}

/** The day that a rule chooses of a month with `last` days; undefined: none. */
function dayOf(rule: DayRule, last: number, weekday: (day: number) => number): number | undefined {
  switch (rule.kind) {
    case 'fromEnd':
      return rule.nearestWeekday ? nearest(last - rule.days, last, weekday) : last - rule.days;
    case 'nearestWeekday':
      return nearest(rule.day, last, weekday);
    case 'lastOf':
      return last - ((weekday(last) - rule.weekday + 7) % 7);
    case 'nthOf':
      return 1 + ((rule.weekday - weekday(1) + 7) % 7) + (rule.nth - 1) * 7;
  }
}

/** The weekday next to a day, within its month. */
function nearest(day: number, last: number, weekday: (day: number) => number): number | undefined {
  if (day < 1 || day > last) return undefined;
  if (weekday(day) === 7) return day === 1 ? 3 : day - 1;
  if (weekday(day) === 1) return day === last ? day - 2 : day + 1;
  return day;
}
