import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';
import { fractionOf, numeric, toInt, toLong, wholeOf } from './numbers.ts';
import { asText } from './text.ts';
import { Char, isNull, kindOf } from './values.ts';

/** An argument where a text is needed; numbers and lists become one. @throws ExpressionError for null and maps. */
export function textArg(value: unknown, what: string, budget: Budget): string {
  if (isNull(value)) throw new ExpressionError(`${what} needs a text, not null`);
  return asText(value, budget);
}

/** An argument where characters are needed: a text and nothing else. @throws ExpressionError. */
export function charsArg(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new ExpressionError(`${what} needs a text, not ${kindOf(value)}`);
  return value;
}

/** An argument where an int is needed; fractions are cut off, texts are read. @throws ExpressionError. */
export function intArg(value: unknown, what: string): number {
  if (typeof value === 'string') return Number(wholeOf(value.trim(), 32));
  const number = numeric(value);
  if (!number) throw new ExpressionError(`${what} needs a whole number, not ${kindOf(value)}`);
  return toInt(number);
}

/** An argument where a long is needed. @throws ExpressionError. */
export function longArg(value: unknown, what: string): bigint {
  if (typeof value === 'string') return wholeOf(value.trim(), 64);
  const number = numeric(value);
  if (!number) throw new ExpressionError(`${what} needs a whole number, not ${kindOf(value)}`);
  return toLong(number.value);
}

/** An argument where a double is needed. @throws ExpressionError. */
export function doubleArg(value: unknown, what: string): number {
  if (typeof value === 'string') return fractionOf(value);
  const number = numeric(value);
  if (!number) throw new ExpressionError(`${what} needs a number, not ${kindOf(value)}`);
  return Number(number.value);
}

/** An argument that is a character or its code. @throws ExpressionError. */
export function charArg(value: unknown, what: string): string {
  if (value instanceof Char) return value.text;
  const code = numeric(value);
  return code?.kind === 'int'
    ? String.fromCodePoint(Math.max(0, Math.min(code.value, 0x10ffff)))
    : charsArg(value, what);
}
