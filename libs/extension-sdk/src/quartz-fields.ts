import { badRequest, type ServiceError } from '@gennaker/contracts/error';

/** Which days of a month a field chooses: by number, from the end, the nearest weekday, or by the day of the week. */
export type DayRule =
  | { readonly kind: 'fromEnd'; readonly days: number; readonly nearestWeekday: boolean }
  | { readonly kind: 'nearestWeekday'; readonly day: number }
  | { readonly kind: 'lastOf'; readonly weekday: number }
  | { readonly kind: 'nthOf'; readonly weekday: number; readonly nth: number };

/** A schedule in Quartz's words, read. Sets hold plain numbers; days of the week count from 1, Sunday. */
export interface QuartzFields {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Undefined: `?`. */
  readonly daysOfMonth: ReadonlySet<number> | undefined;
  readonly months: readonly number[];
  readonly daysOfWeek: ReadonlySet<number> | undefined;
  readonly dayRules: readonly DayRule[];
  readonly years: readonly number[];
  /** What it says, in words. */
  readonly meaning: string;
}

/** One field of a Quartz expression. */
interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of its values, the first one standing for `min`. */
  readonly words?: readonly string[];
  /** `H` may stand for a value that is spread over the schedules. */
  readonly spread?: true;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const SECOND: Field = { name: 'second', min: 0, max: 59, spread: true };
const MINUTE: Field = { name: 'minute', min: 0, max: 59, spread: true };
const HOUR: Field = { name: 'hour', min: 0, max: 23, spread: true };
const DAY_OF_MONTH: Field = { name: 'day of month', min: 1, max: 31 };
const MONTH: Field = { name: 'month', min: 1, max: 12, words: MONTHS };
const DAY_OF_WEEK: Field = { name: 'day of week', min: 1, max: 7, words: DAYS };
const YEAR: Field = { name: 'year', min: 1970, max: 2099 };
const FIELDS = [SECOND, MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR];

/**
 * Reads a schedule in Quartz's words: seconds first, six or seven fields.
 * @param spreadBy what `H` is spread by: the same text, the same times
 * @throws ServiceError 400 naming the field of the expression, with a fix
 */
export function quartzFields(expression: string, spreadBy: string): QuartzFields {
  const parts = expression.trim().toUpperCase().split(/\s+/).filter(Boolean);
  if (parts.length < 6 || parts.length > 7)
    throw refused(
      `"${expression}" has ${parts.length} fields; a schedule has 6 or 7: ${FIELDS.map(({ name }) => name).join(', ')} (year may be left out)`,
      'write, for example, 0 0 10 ? * MON-FRI',
    );
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '*'] = parts;
  const dayRules: DayRule[] = [];
  const values = (field: Field, text: string, rule?: (item: string) => DayRule | number | undefined): number[] => {
    const chosen = text.split(',').flatMap((item) => {
      const special = rule?.(item);
      if (typeof special === 'number') return [special];
      if (special) {
        dayRules.push(special);
        return [];
      }
      return itemValues(field, item, `${field.name} ${spreadBy}`);
    });
    return [...new Set(chosen)].toSorted((a, b) => a - b);
  };
  const read = {
    seconds: values(SECOND, second),
    minutes: values(MINUTE, minute),
    hours: values(HOUR, hour),
    daysOfMonth: dayOfMonth === '?' ? undefined : new Set(values(DAY_OF_MONTH, dayOfMonth, dayOfMonthRule)),
    months: values(MONTH, month),
    daysOfWeek: dayOfWeek === '?' ? undefined : new Set(values(DAY_OF_WEEK, dayOfWeek, dayOfWeekRule)),
    years: values(YEAR, year),
  };
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw refused(
      dayOfMonth === '?'
        ? 'Day of month and day of week are both "?": no day is chosen'
        : 'Day of month and day of week are both given: one of them has to be "?"',
      'write "?" for exactly one of the two',
    );
  const meaning = parts.flatMap((text, index) => {
    const field = FIELDS[index];
    return field && text !== '?' ? [words(field, text)] : [];
  });
  return { ...read, dayRules, meaning: meaning.join(', ') };
}

function refused(message: string, fix: string): ServiceError {
  return badRequest(message, { field: 'expression', fix });
}

/** `L`, `L-3`, `LW`, `L-3W`, `15W`. */
function dayOfMonthRule(item: string): DayRule | undefined {
  const end = /^L(?:-(\d{1,2}))?(W)?$/.exec(item);
  if (end && Number(end[1] ?? 0) <= 30)
    return { kind: 'fromEnd', days: Number(end[1] ?? 0), nearestWeekday: end[2] !== undefined };
  const near = /^(\d{1,2})W$/.exec(item);
  const day = Number(near?.[1]);
  return near && day >= 1 && day <= 31 ? { kind: 'nearestWeekday', day } : undefined;
}

/** `L` alone is Saturday; `6L` the last Friday of the month, `6#3` the third. */
function dayOfWeekRule(item: string): DayRule | number | undefined {
  if (item === 'L') return DAY_OF_WEEK.max;
  const parts = /^([1-7]|[A-Z]{3})(L|#([1-5]))$/.exec(item);
  const weekday = parts ? valueOf(DAY_OF_WEEK, parts[1] ?? '') : undefined;
  if (!parts || weekday === undefined) return undefined;
  return parts[3] === undefined ? { kind: 'lastOf', weekday } : { kind: 'nthOf', weekday, nth: Number(parts[3]) };
}

/** What one item of a field's list chooses: `*`, `5`, `1-5`, `22-2`, `0/15`, `H`, `H(0-29)/10`. */
function itemValues(field: Field, item: string, spreadBy: string): number[] {
  const [range = '', stepText, ...more] = (item.startsWith('/') ? `*${item}` : item).split('/');
  const step = stepText === undefined ? 1 : Number(stepText);
  const isStep = stepText === undefined || (/^\d{1,4}$/.test(stepText) && step > 0 && step <= field.max);
  const span = rangeOf(field, range);
  if (more.length > 0 || !isStep || !span)
    throw refused(
      `"${item}" is no ${field.name}`,
      `use ${field.min} to ${field.max}${field.words ? ` or ${field.words[0]} to ${field.words.at(-1)}` : ''}, *, a-b, a/step, or a list of these`,
    );
  const { from, spread } = span;
  const size = field.max - field.min + 1;
  // A range may go over the end: 22-2, FRI-MON.
  const length = span.to === undefined ? (stepText === undefined ? 1 : field.max - from + 1) : span.to - from + 1;
  const count = length > 0 ? length : length + size;
  const begin = spread ? hash(spreadBy) % (stepText === undefined ? count : Math.min(step, count)) : 0;
  const chosen: number[] = [];
  for (let at = begin; at < count; at += step) {
    chosen.push(field.min + ((from - field.min + at) % size));
    if (spread && stepText === undefined) break;
  }
  return chosen;
}

/** `to` is absent for a single value, which a step goes on from to the end. */
function rangeOf(field: Field, range: string): { from: number; to?: number; spread?: true } | undefined {
  if (range === '*') return { from: field.min, to: field.max };
  if (range === 'H') return field.spread ? { from: field.min, to: field.max, spread: true } : undefined;
  const spread = /^H\((\d{1,2})-(\d{1,2})\)$/.exec(range);
  if (spread && !field.spread) return undefined;
  const [first, last, ...more] = spread ? spread.slice(1) : range.split('-');
  const from = valueOf(field, first ?? '');
  const to = last === undefined ? undefined : valueOf(field, last);
  if (more.length > 0 || from === undefined || (last !== undefined && to === undefined)) return undefined;
  if (to !== undefined && to < from && (spread !== null || field === YEAR)) return undefined;
  return { from, ...(to === undefined ? {} : { to }), ...(spread ? { spread: true } : {}) };
}

function valueOf({ min, max, words: names }: Field, text: string): number | undefined {
  const word = names?.indexOf(text) ?? -1;
  const value = word >= 0 ? word + min : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/** FNV-1a with a final mix: texts that differ little give numbers that differ much. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return (value ^ (value >>> 16)) >>> 0;
}

function words(field: Field, text: string): string {
  if (text === '*') return `every ${field.name}`;
  const items = text.split(',').map((item) => {
    const [range = '', step] = item.split('/');
    const values = range === '*' || range === '' ? '' : range.replace(/(?<!^L)-/, ' to ');
    if (step === undefined) return values;
    return `every ${step}${values === '' ? '' : ` from ${values}`}`;
  });
  return `${field.name} ${items.join(' and ')}`;
}
