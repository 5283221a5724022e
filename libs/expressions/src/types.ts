import { ChronoUnit, DayOfWeek, Instant, LocalDate, LocalDateTime, TemporalAdjusters, ZoneOffset } from '@js-joda/core';
import { doubleArg, intArg, longArg, textArg } from './convert.ts';
import { ExpressionError } from './error.ts';
import { calculate, fractionOf, negated, numberOf, numberValue, numeric, toInt, toLong, wholeOf } from './numbers.ts';
import { RandomNumbers } from './random.ts';
import { dated, wrapped } from './specials.ts';
import { formatText } from './string-format.ts';
import type { Surroundings } from './surroundings.ts';
import { joined, ownText } from './text.ts';
import { Double, isNull, Items, itemsOf, Special, Type } from './values.ts';

type Static = (args: readonly unknown[], around: Surroundings) => unknown;
type Statics = Readonly<Record<string, Static>>;

/** The types that `T(...)` and `new` reach, by their full names; those of java.lang by their short names too. */
const TYPES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...['String', 'Integer', 'Long', 'Double', 'Byte', 'Boolean', 'Math'].flatMap((name) => [
      name,
      `java.lang.${name}`,
    ]),
    ...['java.util.Date', 'java.util.Random', 'java.util.UUID', 'java.text.SimpleDateFormat', 'java.net.URLEncoder'],
    ...['LocalDate', 'LocalDateTime', 'Instant', 'DayOfWeek'].map((name) => `java.time.${name}`),
    ...['ChronoUnit', 'TemporalAdjusters'].map((name) => `java.time.temporal.${name}`),
  ].map((name) => [name, name.slice(name.lastIndexOf('.') + 1)]),
);

/** The type of a name. @throws ExpressionError for every type that is not on the list. */
export function typeNamed(name: string, at: number): Type {
  const short = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (short === undefined)
    throw new ExpressionError(
      `The type ${name} cannot be used here; there are ${Object.keys(TYPES)
        .filter((known) => known.includes('.'))
        .join(', ')}`,
      at,
    );
  return new Type(short);
}

/** Whether a value is of a type. */
export function isOfType(value: unknown, name: string): boolean {
  const number = numeric(value);
  if (number) return { int: 'Integer', long: 'Long', double: 'Double', float: 'Float' }[number.kind] === name;
  if (typeof value === 'string') return name === 'String';
  if (typeof value === 'boolean') return name === 'Boolean';
  return value instanceof Special && value.kind === name;
}

/** Two numbers by a function of each kind: as ints, longs, or doubles. @throws ExpressionError when they are of two kinds. */
function pair(
  name: string,
  whole: (a: bigint, b: bigint) => bigint,
  fraction: (a: number, b: number) => number,
): Static {
  return ([left, right]) => {
    const [a, b] = [numberOf(left, name), numberOf(right, name)];
    if (a.kind !== b.kind) throw new ExpressionError(`${name} needs two numbers of one kind, such as 1.0 and 2.5`);
    if (a.kind === 'int') return Number(whole(BigInt(a.value), BigInt(b.value)));
    if (a.kind === 'long') return whole(a.value, BigInt(b.value));
    return numberValue({ kind: a.kind, value: fraction(a.value, Number(b.value)) });
  };
}

const toDouble =
  (name: string, work: (...values: number[]) => number): Static =>
  (args) =>
    new Double(work(...args.slice(0, 2).map((arg) => doubleArg(arg, name))));

function rounded(value: unknown): unknown {
  const number = numberOf(value, 'round');
  const nearest = Math.floor(Number(number.value) + 0.5);
  return number.kind === 'float' ? toInt({ kind: 'double', value: nearest }) : toLong(nearest);
}

function absolute(value: unknown): unknown {
  const number = numberOf(value, 'abs');
  return Number(number.value) < 0 ? negated(number) : numberValue(number);
}

const MATH: Statics = {
  abs: ([value]) => absolute(value),
  round: ([value]) => rounded(value),
  max: pair('max', (a, b) => (a > b ? a : b), Math.max),
  min: pair('min', (a, b) => (a < b ? a : b), Math.min),
  floorMod: pair(
    'floorMod',
    (a, b) => modulo(a, b),
    (a, b) => a - Math.floor(a / b) * b,
  ),
  floorDiv: pair(
    'floorDiv',
    (a, b) => (a - modulo(a, b)) / b,
    (a, b) => Math.floor(a / b),
  ),
  ceil: toDouble('ceil', (value) => Math.ceil(value)),
  floor: toDouble('floor', (value) => Math.floor(value)),
  rint: toDouble('rint', (value) => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value))),
  sqrt: toDouble('sqrt', (value) => Math.sqrt(value)),
  cbrt: toDouble('cbrt', (value) => Math.cbrt(value)),
  pow: toDouble('pow', (base = 0, power = 0) => base ** power),
  exp: toDouble('exp', (value) => Math.exp(value)),
  log: toDouble('log', (value) => Math.log(value)),
  log10: toDouble('log10', (value) => Math.log10(value)),
  signum: toDouble('signum', (value) => Math.sign(value)),
  random: (_args, around) => new Double(around.chance.nextDouble()),
};

function modulo(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new ExpressionError('Division by zero');
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

const compared: Static = ([left, right]) => {
  const [a, b] = [numberOf(left, 'compare'), numberOf(right, 'compare')];
  return Math.sign(Number(a.value) - Number(b.value));
};

function wholes(name: string, bits: 8 | 32 | 64): Statics {
  const value = (number: bigint): unknown => (bits === 64 ? number : Number(number));
  const read: Static = ([text, radix], around) =>
    value(wholeOf(textArg(text, name, around.budget), bits, radix === undefined ? 10 : intArg(radix, name)));
  const based =
    (radix: number): Static =>
    ([number]) =>
      BigInt.asUintN(bits, longArg(number, name)).toString(radix);
  return {
    [`parse${name === 'Integer' ? 'Int' : name}`]: read,
    valueOf: read,
    toString: ([number, radix]: readonly unknown[]) => {
      const base = radix === undefined ? 10 : intArg(radix, name);
      return longArg(number, name).toString(base < 2 || base > 36 ? 10 : base);
    },
    toHexString: based(16),
    toOctalString: based(8),
    toBinaryString: based(2),
    compare: compared,
    max: pair('max', (a, b) => (a > b ? a : b), Math.max),
    min: pair('min', (a, b) => (a < b ? a : b), Math.min),
    sum: ([left, right]) => calculate('+', numberOf(left, 'sum'), numberOf(right, 'sum'), 0),
    signum: ([number]) => Math.sign(Number(longArg(number, name))),
  };
}

/** Stands for the look-up of a system property, of which there are none. */
const systemProperty =
  (absent: unknown): Static =>
  (_args, around) => {
    if (around.options.systemProperties === 'none') return absent;
    throw new ExpressionError('System properties cannot be read here');
  };

const DOUBLE: Statics = {
  parseDouble: ([text], around) => new Double(fractionOf(textArg(text, 'parseDouble', around.budget))),
  valueOf: ([value]: readonly unknown[]) => new Double(doubleArg(value, 'valueOf')),
  toString: ([value]: readonly unknown[], around: Surroundings) =>
    ownText(new Double(doubleArg(value, 'toString')), around.budget),
  compare: compared,
  isNaN: ([value]) => Number.isNaN(doubleArg(value, 'isNaN')),
};

const parseBoolean: Static = ([text]) =>
  typeof text === 'boolean' ? text : typeof text === 'string' && text.toLowerCase() === 'true';

const BOOLEAN: Statics = {
  parseBoolean,
  valueOf: parseBoolean,
  getBoolean: systemProperty(false),
  toString: ([value]: readonly unknown[]) => String(value === true),
};

const STRING: Statics = {
  valueOf: ([value]: readonly unknown[], around: Surroundings) => ownText(value, around.budget),
  copyValueOf: ([value], around) => ownText(value, around.budget),
  format: ([format, ...args], around) => formatText(textArg(format, 'format', around.budget), args, around.budget),
  join: ([by, ...parts], around) => {
    const [only] = parts;
    const texts = parts.length === 1 ? (itemsOf(only) ?? parts) : parts;
    const between = textArg(by, 'join', around.budget);
    return joined(texts, between, '', '', around.budget, (part) => ownText(part, around.budget));
  },
};

const ids: Statics = {
  randomUUID: (_args, around) => {
    const [high, low] = [around.chance.nextLong(), around.chance.nextLong()];
    const version4 = (BigInt.asUintN(64, high) & ~0xf000n) | 0x4000n;
    const variant2 = (BigInt.asUintN(64, low) & ~(3n << 62n)) | (2n << 62n);
    return uuid(version4, variant2);
  },
  fromString: ([value], around) => {
    const text = textArg(value, 'fromString', around.budget);
    if (!/^[0-9a-f]{1,8}(-[0-9a-f]{1,4}){3}-[0-9a-f]{1,12}$/i.test(text))
      throw new ExpressionError(`"${text.slice(0, 80)}" is no UUID`);
    const widths = [8, 4, 4, 4, 12];
    return new Special(
      'UUID',
      text
        .toLowerCase()
        .split('-')
        .map((part, index) => part.padStart(widths[index] ?? 0, '0'))
        .join('-'),
    );
  },
};

function uuid(high: bigint, low: bigint): Special {
  const digits = [high, low].map((half) => BigInt.asUintN(64, half).toString(16).padStart(16, '0')).join('');
  return new Special('UUID', digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}

const at = (around: Surroundings): Instant => Instant.ofEpochMilli(around.now);
const ints = (args: readonly unknown[]): number[] => args.map((arg) => intArg(arg, 'of'));
const parsed =
  (read: (text: string) => unknown): Static =>
  ([text], around) =>
    wrapped(dated(() => read(textArg(text, 'parse', around.budget))));

/** What types are asked for without an object of theirs. */
export const STATICS: Readonly<Record<string, Statics>> = {
  Math: MATH,
  Integer: { ...wholes('Integer', 32), getInteger: systemProperty(null) },
  Long: { ...wholes('Long', 64), getLong: systemProperty(null) },
  Byte: wholes('Byte', 8),
  Double: DOUBLE,
  Boolean: BOOLEAN,
  String: STRING,
  UUID: ids,
  URLEncoder: {
    encode: ([text], around) => formEncoded(textArg(text, 'encode', around.budget)),
  },
  LocalDate: {
    now: (_args, around) => wrapped(LocalDate.ofInstant(at(around), ZoneOffset.UTC)),
    of: (args) => {
      const [year = 0, month = 0, day = 0] = ints(args);
      return wrapped(dated(() => LocalDate.of(year, month, day)));
    },
    ofEpochDay: ([day]) => wrapped(dated(() => LocalDate.ofEpochDay(intArg(day, 'ofEpochDay')))),
    parse: parsed((text) => LocalDate.parse(text)),
  },
  LocalDateTime: {
    now: (_args, around) => wrapped(LocalDateTime.ofInstant(at(around), ZoneOffset.UTC)),
    of: (args) => {
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, nano = 0] = ints(args);
      return wrapped(dated(() => LocalDateTime.of(year, month, day, hour, minute, second, nano)));
    },
    parse: parsed((text) => LocalDateTime.parse(text)),
  },
  Instant: {
    now: (_args, around) => wrapped(at(around)),
    ofEpochMilli: ([time]) => wrapped(dated(() => Instant.ofEpochMilli(Number(longArg(time, 'ofEpochMilli'))))),
    ofEpochSecond: ([time]) => wrapped(dated(() => Instant.ofEpochSecond(Number(longArg(time, 'ofEpochSecond'))))),
    parse: parsed((text) => Instant.parse(text)),
  },
  DayOfWeek: {
    of: ([day]) => wrapped(dated(() => DayOfWeek.of(intArg(day, 'of')))),
    valueOf: parsed((text) => DayOfWeek.valueOf(text)),
  },
  ChronoUnit: {},
  TemporalAdjusters: Object.fromEntries(
    (
      [
        'firstDayOfMonth',
        'lastDayOfMonth',
        'firstDayOfNextMonth',
        'firstDayOfYear',
        'lastDayOfYear',
        'firstDayOfNextYear',
      ] as const
    )
      .map((name): [string, Static] => [name, () => new Special('TemporalAdjuster', TemporalAdjusters[name]())])
      .concat(
        (['firstInMonth', 'lastInMonth', 'next', 'nextOrSame', 'previous', 'previousOrSame'] as const).map((name) => [
          name,
          ([day]) => {
            if (!(day instanceof Special) || !(day.value instanceof DayOfWeek))
              throw new ExpressionError(`${name} needs a day of the week`);
            return new Special('TemporalAdjuster', TemporalAdjusters[name](day.value));
          },
        ]),
      ),
  ),
};

const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
const UNITS = [
  'NANOS',
  'MICROS',
  'MILLIS',
  'SECONDS',
  'MINUTES',
  'HOURS',
  'HALF_DAYS',
  'DAYS',
  'WEEKS',
  'MONTHS',
  'YEARS',
  'DECADES',
  'CENTURIES',
] as const;

const CONSTANTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Integer: { MAX_VALUE: 2 ** 31 - 1, MIN_VALUE: -(2 ** 31) },
  Long: { MAX_VALUE: 2n ** 63n - 1n, MIN_VALUE: -(2n ** 63n) },
  Byte: { MAX_VALUE: 127, MIN_VALUE: -128 },
  Double: { MAX_VALUE: new Double(Number.MAX_VALUE), MIN_VALUE: new Double(Number.MIN_VALUE) },
  Boolean: { TRUE: true, FALSE: false },
  Math: { PI: new Double(Math.PI), E: new Double(Math.E) },
  LocalDate: { MIN: wrapped(LocalDate.MIN), MAX: wrapped(LocalDate.MAX), EPOCH: wrapped(LocalDate.EPOCH_0) },
  Instant: { EPOCH: wrapped(Instant.EPOCH) },
  DayOfWeek: Object.fromEntries(DAYS.map((day) => [day, wrapped(DayOfWeek[day])])),
  ChronoUnit: Object.fromEntries(UNITS.map((unit) => [unit, wrapped(ChronoUnit[unit])])),
};

/** Calls a static method. @throws ExpressionError when the type has none of this name. */
export function callStatic(
  type: Type,
  name: string,
  args: readonly unknown[],
  around: Surroundings,
  at: number,
): unknown {
  around.budget.step();
  const statics = STATICS[type.name] ?? {};
  const method = Object.hasOwn(statics, name) ? statics[name] : undefined;
  if (!method)
    throw new ExpressionError(
      `The type ${type.name} has no ${name}() here; there are ${Object.keys(statics).join(', ') || 'none'}`,
      at,
    );
  return method(args, around);
}

/** A static constant. @throws ExpressionError when the type has none of this name. */
export function constantOf(type: Type, name: string, at: number): unknown {
  const constants = CONSTANTS[type.name] ?? {};
  if (!Object.hasOwn(constants, name)) throw new ExpressionError(`The type ${type.name} has no ${name} here`, at);
  return constants[name];
}

/** `new Name(args)`. @throws ExpressionError for a type that cannot be made here. */
export function construct(type: Type, args: readonly unknown[], around: Surroundings, at: number): unknown {
  around.budget.step();
  const [first, second] = args;
  switch (type.name) {
    case 'String':
      return args.length === 0 ? '' : textArg(first, 'new String', around.budget);
    case 'Integer':
      return intArg(first, 'new Integer');
    case 'Byte':
      return Number(wholeOf(ownText(first, around.budget), 8));
    case 'Long':
      return longArg(first, 'new Long');
    case 'Double':
      return new Double(doubleArg(first, 'new Double'));
    case 'Boolean':
      return parseBoolean([first], around);
    case 'Date':
      return new Special('Date', args.length === 0 ? around.now : Number(longArg(first, 'new Date')));
    case 'Random':
      return new Special(
        'Random',
        new RandomNumbers(args.length === 0 ? around.chance.nextLong() : longArg(first, 'new Random')),
      );
    case 'UUID':
      return uuid(longArg(first, 'new UUID'), longArg(second, 'new UUID'));
    case 'SimpleDateFormat':
      return new Special('SimpleDateFormat', textArg(first, 'new SimpleDateFormat', around.budget));
    default:
      throw new ExpressionError(`A ${type.name} cannot be made with "new"`, at);
  }
}

const EMPTY: Readonly<Record<string, unknown>> = { int: 0, long: 0n, double: new Double(0), boolean: false };

/** `new String[3]`, `new int[]{1, 2}`. @throws ExpressionError for other types, sizes that do not fit, or too many. */
export function arrayOf(
  name: string,
  size: unknown,
  items: readonly unknown[] | undefined,
  around: Surroundings,
  at: number,
): Items {
  if (!Object.hasOwn(EMPTY, name)) typeNamed(name, at);
  const length = size === undefined ? (items?.length ?? 0) : intArg(size, 'The size of an array');
  if (items && items.length !== length)
    throw new ExpressionError(`The array of ${length} is given ${items.length} items`, at);
  if (length < 0 || length > around.budget.limits.size)
    throw new ExpressionError(`An array cannot have ${length} items`, at);
  around.budget.work(length);
  const convert = (item: unknown): unknown => {
    if (name.endsWith('String')) return isNull(item) ? null : textArg(item, 'An item', around.budget);
    if (name === 'int' || name.endsWith('Integer')) return intArg(item, 'An item');
    return item;
  };
  return new Items(items ? items.map(convert) : Array.from({ length }, () => EMPTY[name] ?? null));
}

/** A text as a form's value (application/x-www-form-urlencoded), in UTF-8. */
function formEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
