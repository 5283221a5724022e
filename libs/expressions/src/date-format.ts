import { ExpressionError } from './error.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const DAY = 86_400_000;

interface Field {
  readonly letter: string;
  readonly count: number;
}

/** A pattern of SimpleDateFormat as fields and plain texts. @throws ExpressionError for a letter that has no meaning. */
function fieldsOf(pattern: string): (Field | string)[] {
  if (pattern.length > 200) throw new ExpressionError('The date pattern has more than 200 characters');
  const fields: (Field | string)[] = [];
  for (let at = 0; at < pattern.length;) {
    const char = pattern.charAt(at);
    if (char === "'") {
      let text = '';
      let end = at + 1;
      for (; end < pattern.length; end++) {
        if (pattern.charAt(end) !== "'") text += pattern.charAt(end);
        else if (pattern.charAt(end + 1) === "'") {
          text += "'";
          end++;
        } else break;
      }
      if (end >= pattern.length) throw new ExpressionError('The date pattern has a quote that is not closed');
      fields.push(end === at + 1 ? "'" : text);
      at = end + 1;
    } else if (/[A-Za-z]/.test(char)) {
      let end = at;
      while (pattern.charAt(end) === char) end++;
      if (!'GyYMLwWDdFEuaHkKhmsSzZX'.includes(char))
        throw new ExpressionError(`"${char}" has no meaning in a date pattern`);
      fields.push({ letter: char, count: end - at });
      at = end;
    } else {
      fields.push(char);
      at++;
    }
  }
  return fields;
}

/** A moment (epoch milliseconds) by a pattern of java.text.SimpleDateFormat, in UTC and English. @throws ExpressionError. */
export function formatDate(pattern: string, time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) throw new ExpressionError('The date is out of range');
  return fieldsOf(pattern)
    .map((field) => (typeof field === 'string' ? field : fieldText(field, date)))
    .join('');
}

function fieldText({ letter, count }: Field, date: Date): string {
  const padded = (value: number): string => String(value).padStart(count, '0');
  const named = (names: readonly string[], index: number): string =>
    count >= 4 ? (names[index] ?? '') : (names[index] ?? '').slice(0, 3);
  const year = date.getUTCFullYear();
  const first = Date.UTC(year, 0, 1);
  const dayOfYear = Math.floor((date.getTime() - first) / DAY) + 1;
  const week = weekOf(date, dayOfYear, new Date(first).getUTCDay());
  const hour = date.getUTCHours();
  switch (letter) {
    case 'G':
      return 'AD';
    case 'y':
    case 'Y': {
      const shown = letter === 'Y' && week === 1 && date.getUTCMonth() === 11 ? year + 1 : year;
      return count === 2 ? String(shown % 100).padStart(2, '0') : padded(shown);
    }
    case 'M':
    case 'L':
      return count >= 3 ? named(MONTHS, date.getUTCMonth()) : padded(date.getUTCMonth() + 1);
    case 'w':
      return padded(week);
    case 'W':
      return padded(
        Math.floor((date.getUTCDate() - 1 + new Date(Date.UTC(year, date.getUTCMonth(), 1)).getUTCDay()) / 7) + 1,
      );
    case 'D':
      return padded(dayOfYear);
    case 'd':
      return padded(date.getUTCDate());
    case 'F':
      return padded(Math.floor((date.getUTCDate() - 1) / 7) + 1);
    case 'E':
      return named(DAYS, date.getUTCDay());
    case 'u':
      return padded(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
    case 'a':
      return hour < 12 ? 'AM' : 'PM';
    case 'H':
      return padded(hour);
    case 'k':
      return padded(hour === 0 ? 24 : hour);
    case 'K':
      return padded(hour % 12);
    case 'h':
      return padded(hour % 12 === 0 ? 12 : hour % 12);
    case 'm':
      return padded(date.getUTCMinutes());
    case 's':
      return padded(date.getUTCSeconds());
    case 'S':
      return padded(date.getUTCMilliseconds());
    case 'z':
      return count >= 4 ? 'Coordinated Universal Time' : 'UTC';
    case 'Z':
      return '+0000';
    default:
      return 'Z';
  }
}

/** Weeks begin on Sunday; the one with 1 January is the first. */
function weekOf(date: Date, dayOfYear: number, firstDay: number): number {
  const last = Date.UTC(date.getUTCFullYear(), 11, 31);
  const daysLeft = Math.floor((last - date.getTime()) / DAY);
  const lastDay = new Date(last).getUTCDay();
  if (lastDay !== 6 && daysLeft <= lastDay && date.getUTCDay() <= lastDay && daysLeft + date.getUTCDay() <= lastDay)
    return 1;
  return Math.floor((dayOfYear - 1 + firstDay) / 7) + 1;
}

/** Reads a moment by a pattern; what follows it is left. @returns epoch milliseconds. @throws ExpressionError. */
export function parseDate(pattern: string, text: string): number {
  const found = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, milli: 0, afternoon: false, offset: 0 };
  let at = 0;
  const fail = (): never => {
    throw new ExpressionError(`"${text.slice(0, 80)}" is no date of the form ${pattern}`);
  };
  const take = (expression: RegExp): string => {
    const part = expression.exec(text.slice(at))?.[0] ?? fail();
    at += part.length;
    return part;
  };
  const fields = fieldsOf(pattern);
  for (const [index, field] of fields.entries()) {
    if (typeof field === 'string') {
      if (!text.startsWith(field, at)) fail();
      at += field.length;
      continue;
    }
    const next = fields[index + 1];
    // A number that another one follows at once is exactly as long as its letters.
    const number = (): number =>
      Number(take(typeof next === 'object' ? new RegExp(`^\\d{${field.count}}`) : /^-?\d{1,9}/));
    switch (field.letter) {
      case 'y':
      case 'Y': {
        const year = number();
        found.year = field.count === 2 && year < 100 ? (year < 70 ? 2000 + year : 1900 + year) : year;
        break;
      }
      case 'M':
      case 'L':
        found.month = field.count >= 3 ? monthNamed(take(/^[A-Za-z]{3,}/)) || fail() : number();
        break;
      case 'd':
        found.day = number();
        break;
      case 'H':
      case 'h':
      case 'k':
      case 'K':
        found.hour = number();
        break;
      case 'm':
        found.minute = number();
        break;
      case 's':
        found.second = number();
        break;
      case 'S':
        found.milli = number();
        break;
      case 'a':
        found.afternoon = take(/^(AM|PM)/i).toUpperCase() === 'PM';
        break;
      case 'E':
        take(/^[A-Za-z]+/);
        break;
      case 'z':
      case 'Z':
      case 'X':
        found.offset = offsetOf(take(/^(UTC|GMT|Z|[+-]\d{2}(:?\d{2})?)/));
        break;
      default:
        throw new ExpressionError(`"${field.letter}" cannot be read back by a date pattern`);
    }
  }
  const hour = found.afternoon && found.hour < 12 ? found.hour + 12 : found.hour;
  const time = Date.UTC(found.year, found.month - 1, found.day, hour, found.minute, found.second, found.milli);
  return Number.isNaN(time) ? fail() : time - found.offset;
}

/** A month by its name or the beginning of it, from 1; 0 for none. */
function monthNamed(text: string): number {
  return 1 + MONTHS.findIndex((name) => name.toLowerCase().startsWith(text.toLowerCase()));
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? [];
  if (!sign) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
}
