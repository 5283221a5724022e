import { ChronoUnit, DayOfWeek, Instant, LocalDate, LocalDateTime, LocalTime, Month } from '@js-joda/core';
import { formatDate } from './date-format.ts';
import { ExpressionError } from './error.ts';
import { Special } from './values.ts';

const KINDS = { LocalDate, LocalDateTime, LocalTime, Instant, DayOfWeek, ChronoUnit, Month } as const;

/** A value of the date library as a value of expressions; anything else as it is. */
export function wrapped(value: unknown): unknown {
  for (const [kind, type] of Object.entries(KINDS)) if (value instanceof type) return new Special(kind, value);
  return value;
}

/** An object's own text, as its `toString()` gives it. */
export function specialText(special: Special): string {
  if (special.kind === 'Date') return formatDate('EEE MMM dd HH:mm:ss zzz yyyy', Number(special.value));
  if (special.kind === 'UUID') return String(special.value);
  if (Object.hasOwn(KINDS, special.kind)) return String(special.value);
  return `a ${special.kind}`;
}

/** Order of two objects of one kind; undefined when they have none. */
export function compareSpecials(left: Special, right: Special): number | undefined {
  if (left.kind !== right.kind) return undefined;
  const [a, b] = [left.value, right.value];
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (isComparable(a)) return Math.sign(a.compareTo(b));
  return a === b ? 0 : undefined;
}

function isComparable(value: unknown): value is { compareTo(other: unknown): number } {
  return typeof value === 'object' && value !== null && 'compareTo' in value && typeof value.compareTo === 'function';
}

/** What a date may be asked, by its type: `n` a whole number, `d` a date of any of the types, `-` nothing; `L`: the answer is a long. */
type Signatures = Readonly<Record<string, readonly string[]>>;
const both = (units: readonly string[]): Signatures =>
  Object.fromEntries(units.flatMap((unit) => [`plus${unit}`, `minus${unit}`].map((name) => [name, ['n']])));
const getters = (names: readonly string[]): Signatures =>
  Object.fromEntries(names.map((name) => [`get${name}`, ['-']]));
const COMPARED: Signatures = { isBefore: ['d'], isAfter: ['d'], isEqual: ['d'], equals: ['d'], compareTo: ['d'] };
const MOVED: Signatures = {
  plus: ['nd'],
  minus: ['nd'],
  until: ['dd L'],
  with: ['d'],
  truncatedTo: ['d'],
  toString: ['-'],
};
const DATE: Signatures = {
  ...both(['Days', 'Weeks', 'Months', 'Years']),
  ...getters(['Year', 'Month', 'MonthValue', 'DayOfMonth', 'DayOfYear', 'DayOfWeek']),
  ...{ withDayOfMonth: ['n'], withMonth: ['n'], withYear: ['n'], withDayOfYear: ['n'] },
  ...COMPARED,
  ...MOVED,
};
const TIME: Signatures = {
  ...both(['Hours', 'Minutes', 'Seconds', 'Nanos']),
  ...getters(['Hour', 'Minute', 'Second', 'Nano']),
  ...{ withHour: ['n'], withMinute: ['n'], withSecond: ['n'], withNano: ['n'] },
};
const NAMED: Signatures = {
  plus: ['n'],
  minus: ['n'],
  getValue: ['-'],
  name: ['-'],
  ordinal: ['-'],
  toString: ['-'],
  equals: ['d'],
  compareTo: ['d'],
};

/** What dates are asked, by their kind. */
export const DATE_METHODS: Readonly<Record<string, Signatures>> = {
  LocalDate: {
    ...DATE,
    ...{ lengthOfMonth: ['-'], lengthOfYear: ['-'], isLeapYear: ['-'], toEpochDay: ['- L'] },
    ...{ atStartOfDay: ['-'], atTime: ['nn', 'nnn'] },
  },
  LocalDateTime: { ...DATE, ...TIME, toLocalDate: ['-'], toLocalTime: ['-'] },
  LocalTime: { ...TIME, ...COMPARED, ...MOVED, toSecondOfDay: ['-'] },
  Instant: {
    ...both(['Seconds', 'Millis', 'Nanos']),
    ...{ toEpochMilli: ['- L'], getEpochSecond: ['- L'], getNano: ['-'] },
    ...COMPARED,
    ...MOVED,
  },
  DayOfWeek: NAMED,
  Month: NAMED,
  ChronoUnit: { between: ['dd L'], name: ['-'], toString: ['-'], equals: ['d'] },
};

/** Whether objects of a kind have a method. */
export function hasDateMethod(kind: string, name: string): boolean {
  const methods = Object.hasOwn(DATE_METHODS, kind) ? DATE_METHODS[kind] : undefined;
  return methods !== undefined && Object.hasOwn(methods, name);
}

/**
 * Calls a method of a date (java.time, by @js-joda/core). `args`: numbers are whole numbers already.
 * @throws ExpressionError when the arguments do not fit or the date would be out of range.
 */
export function callDate(self: Special, name: string, args: readonly (number | Special)[]): unknown {
  const shape = args.map((arg) => (typeof arg === 'number' ? 'n' : 'd')).join('') || '-';
  const signature = DATE_METHODS[self.kind]?.[name]?.find((one) => one.split(' ')[0] === shape);
  if (signature === undefined) throw new ExpressionError(`${name}() of a ${self.kind} does not take these values`);
  const target = self.value as Readonly<Record<string, ((...args: unknown[]) => unknown) | undefined>>;
  // The library names `getYear()` `year()`, and `getEpochSecond()` `epochSecond()`.
  const own = /^get[A-Z]/.test(name) ? name.charAt(3).toLowerCase() + name.slice(4) : name;
  const method = own === 'getValue' ? target['value'] : target[own];
  if (typeof method !== 'function') throw new ExpressionError(`a ${self.kind} has no method ${name}()`);
  return dated(() => {
    const result = method.apply(
      target,
      args.map((arg) => (typeof arg === 'number' ? arg : arg.value)),
    );
    return signature.endsWith('L') && typeof result === 'number' ? BigInt(result) : wrapped(result);
  });
}

/** Runs the date library; what it throws becomes an ExpressionError. */
export function dated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}
