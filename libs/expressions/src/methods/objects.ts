import { Instant } from '@js-joda/core';
import { intArg, longArg, textArg } from '../convert.ts';
import { formatDate, parseDate } from '../date-format.ts';
import { ExpressionError } from '../error.ts';
import { compareNumbers, type Numeric, numberText, numberOf, toInt, toLong } from '../numbers.ts';
import { identical, order } from '../operators.ts';
import type { RandomNumbers } from '../random.ts';
import { dated, specialText, wrapped } from '../specials.ts';
import { Char, Double, Float, isNull, kindOf, Special } from '../values.ts';
import type { Table } from './table.ts';

/** Methods of java.lang.Integer, Long, Float and Double. */
export const NUMBERS: Table<Numeric> = {
  intValue: (self) => toInt(self),
  longValue: (self) => toLong(self.value),
  doubleValue: (self) => new Double(Number(self.value)),
  floatValue: (self) => new Float(Number(self.value)),
  toString: (self: Numeric) => numberText(self),
  equals: (self, [other], { budget }) =>
    identical(
      self.kind === 'double' ? new Double(self.value) : self.kind === 'float' ? new Float(self.value) : self.value,
      other,
      budget,
    ),
  compareTo: (self, [other]) => compareNumbers(self, numberOf(other, 'compareTo')),
  hashCode: (self) =>
    self.kind === 'int' ? self.value : Number(BigInt.asIntN(32, toLong(self.value) ^ (toLong(self.value) >> 32n))),
  isNaN: (self) => Number.isNaN(Number(self.value)),
};

export const BOOLEANS: Table<boolean> = {
  booleanValue: (self) => self,
  toString: (self: boolean) => String(self),
  equals: (self, [other]) => self === other,
  hashCode: (self) => (self ? 1231 : 1237),
};

export const CHARACTERS: Table<Char> = {
  toString: (self: Char) => self.text,
  charValue: (self) => self,
  equals: (self, [other]) => other instanceof Char && other.text === self.text,
};

const time = (value: unknown, what: string): number => {
  if (value instanceof Special && value.kind === 'Date') return Number(value.value);
  throw new ExpressionError(`${what} needs a Date, not ${kindOf(value)}`);
};
const random = (self: Special): RandomNumbers => self.value as RandomNumbers;

const DATES: Table<Special> = {
  getTime: (self) => BigInt(Number(self.value)),
  before: (self, [other]) => Number(self.value) < time(other, 'before'),
  after: (self, [other]) => Number(self.value) > time(other, 'after'),
  compareTo: (self, [other]) => order(self, other),
  equals: (self, [other], { budget }) => identical(self, other, budget),
  toInstant: (self) => wrapped(dated(() => Instant.ofEpochMilli(Number(self.value)))),
  toString: (self: Special) => specialText(self),
};

const FORMATS: Table<Special> = {
  format: (self, [value]) =>
    formatDate(
      String(self.value),
      value instanceof Special ? time(value, 'format') : Number(longArg(isNull(value) ? undefined : value, 'format')),
    ),
  parse: (self, [text], { budget }) =>
    new Special('Date', parseDate(String(self.value), textArg(text, 'parse', budget))),
  toPattern: (self) => String(self.value),
};

const CHANCES: Table<Special> = {
  nextInt: (self, [bound]) => {
    if (bound === undefined) return random(self).nextInt();
    const below = intArg(bound, 'nextInt');
    if (below < 1) throw new ExpressionError('nextInt needs a bound of at least 1');
    return random(self).nextBelow(below);
  },
  nextLong: (self) => random(self).nextLong(),
  nextDouble: (self) => new Double(random(self).nextDouble()),
  nextBoolean: (self) => random(self).nextBoolean(),
};

const IDS: Table<Special> = {
  toString: (self: Special) => String(self.value),
  equals: (self, [other], { budget }) => identical(self, other, budget),
  compareTo: (self, [other]) => order(self, other),
};

/** Methods of the objects that are no dates of java.time, by kind. */
export const OBJECTS: Readonly<Record<string, Table<Special>>> = {
  Date: DATES,
  SimpleDateFormat: FORMATS,
  Random: CHANCES,
  UUID: IDS,
};
