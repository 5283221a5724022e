import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExpressionError } from './error.ts';
import { evaluated } from './evaluate.ts';
import { FUNCTION_NAMES } from './functions.ts';
import { plain } from './functions/texts.ts';
import { jsonText } from './json.ts';
import { LISTS, MAPS } from './methods/collections.ts';
import { BOOLEANS, CHARACTERS, NUMBERS, OBJECTS } from './methods/objects.ts';
import { TEXTS } from './methods/texts.ts';
import { DATE_METHODS } from './specials.ts';
import { Surroundings } from './surroundings.ts';
import { STATICS } from './types.ts';

const names: Readonly<Record<string, unknown>> = {
  odd: 'a\ud800\u0000$1{}',
  empty: '',
  half: 1.5,
  nan: Number.NaN,
  endless: Number.POSITIVE_INFINITY,
  whole: 9_007_199_254_740_991,
  list: [1, 'x', null, [2], { k: 1.5 }],
  map: { k: 'v', __proto__x: 1, 'a b': [1, { c: null }] },
  execution: { stages: [{ id: '1', name: 'x', refId: '1', status: 'SUCCEEDED', context: {}, outputs: {} }] },
};

/** Values of every kind, as they are written. */
const VALUES = [
  ...Object.keys(names),
  ...['null', 'true', "'x'", "'5'", "'-1'", "''", '0', '-1', '3', '2147483647', '5L', '9223372036854775807L', '1.5'],
  ...['1e300', '-0.0', '1.5f', "'x'.charAt(0)", "'a,b'.split(',')", '{1, 2}', '{a: 1}', '#root', '#doNotEval(list)'],
  ...['T(String)', 'T(Math).PI', 'new java.util.Date(1)', 'new java.util.Date(9223372036854775807L)'],
  ...["new java.text.SimpleDateFormat('MMM d, yyyy')", 'new java.util.Random(1)', 'T(java.util.UUID).randomUUID()'],
  ...['T(java.time.LocalDate).now()', 'T(java.time.LocalDate).MAX', 'T(java.time.LocalDateTime).now()'],
  ...['T(java.time.LocalDateTime).now().toLocalTime()', 'T(java.time.Instant).now()', 'T(java.time.DayOfWeek).MONDAY'],
  ...['T(java.time.temporal.ChronoUnit).DAYS', 'T(java.time.temporal.TemporalAdjusters).firstDayOfMonth()'],
];
const TABLES = [
  TEXTS,
  LISTS,
  MAPS,
  NUMBERS,
  BOOLEANS,
  CHARACTERS,
  ...Object.values(OBJECTS),
  ...Object.values(DATE_METHODS),
];
const METHODS = [...new Set(TABLES.flatMap((table) => Object.keys(table)))];
const CALLS = Object.entries(STATICS).flatMap(([type, statics]) =>
  Object.keys(statics).map((name) => `T(${fullName(type)}).${name}`),
);
const MADE = ['String', 'Integer', 'Byte', 'Long', 'Double', 'Boolean', 'Date', 'Random', 'UUID', 'SimpleDateFormat'];

function fullName(type: string): string {
  if (['LocalDate', 'LocalDateTime', 'Instant', 'DayOfWeek'].includes(type)) return `java.time.${type}`;
  if (['ChronoUnit', 'TemporalAdjusters'].includes(type)) return `java.time.temporal.${type}`;
  if (type === 'SimpleDateFormat') return 'java.text.SimpleDateFormat';
  if (type === 'URLEncoder') return 'java.net.URLEncoder';
  return ['Date', 'Random', 'UUID'].includes(type) ? `java.util.${type}` : type;
}

const value = fc.constantFrom(...VALUES);
const args = fc.array(value, { maxLength: 4 }).map((all) => `(${all.join(', ')})`);
const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '==',
  '!=',
  '<',
  '>=',
  'matches',
  'between',
  'instanceof',
  'and',
  '?:',
];
const call = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(value, fc.constantFrom(...METHODS), args).map(([on, name, given]) => `(${on}).${name}${given}`),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...CALLS), args).map(([name, given]) => name + given) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...FUNCTION_NAMES), args).map(([name, given]) => `#${name}${given}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...MADE), args).map(([type, given]) => `new ${fullName(type)}${given}`),
  },
  { weight: 2, arbitrary: fc.tuple(value, fc.constantFrom(...OPERATORS), value).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(value, value).map(([on, at]) => `(${on})[${at}]`) },
  { weight: 1, arbitrary: fc.tuple(value, fc.constantFrom(...METHODS)).map(([on, name]) => `(${on}).${name}`) },
);

it(
  'every method, static, helper and operator takes any values of any kind, or refuses with an ExpressionError',
  { timeout: 3_600_000 },
  () => {
    const lookup = (name: string): unknown => (Object.hasOwn(names, name) ? names[name] : undefined);
    fc.assert(
      fc.property(call, (expression) => {
        const around = new Surroundings({ lookup }, { now: 1_700_000_000_000, seed: 'tables' });
        try {
          const result = evaluated(expression, around);
          jsonText(result);
          plain(result, around);
        } catch (error) {
          if (!(error instanceof ExpressionError)) throw error;
        }
      }),
      { numRuns: Number(process.env['FUZZ'] ?? 6_000) },
    );
    expect(names['list']).toEqual([1, 'x', null, [2], { k: 1.5 }]);
  },
);
