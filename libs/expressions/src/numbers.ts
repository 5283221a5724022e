import { ExpressionError } from './error.ts';
import { Double, Float, kindOf, shortestFloat } from './values.ts';

/**
 * Arithmetic of the Java platform, which expressions were written for: ints of 32 bits that overflow, longs of 64,
 * whole division, doubles and floats (The Java Language Specification, 4.2 and 15.17).
 */
export type Numeric =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'long'; readonly value: bigint }
  | { readonly kind: 'float' | 'double'; readonly value: number };

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;

/** A value as a number, undefined when it is none. A whole number of the data beyond 32 bits is a long. */
export function numeric(value: unknown): Numeric | undefined {
  if (typeof value === 'bigint') return { kind: 'long', value };
  if (value instanceof Double) return { kind: 'double', value: value.value };
  if (value instanceof Float) return { kind: 'float', value: value.value };
  if (typeof value !== 'number') return undefined;
  if (!Number.isInteger(value)) return { kind: 'double', value };
  if (value >= INT_MIN && value <= INT_MAX) return { kind: 'int', value };
  return Number.isSafeInteger(value) ? { kind: 'long', value: BigInt(value) } : { kind: 'double', value };
}

/** A number as the value that stands for it. */
export function numberValue(number: Numeric): unknown {
  if (number.kind === 'double') return new Double(number.value);
  return number.kind === 'float' ? new Float(number.value) : number.value;
}

/** `left operator right`. @throws ExpressionError for division by zero. */
export function calculate(operator: string, left: Numeric, right: Numeric, at: number): unknown {
  if (operator === '^') return power(left, right);
  if (left.kind === 'double' || right.kind === 'double')
    return new Double(fractional(operator, Number(left.value), Number(right.value)));
  if (left.kind === 'float' || right.kind === 'float')
    return new Float(fractional(operator, Math.fround(Number(left.value)), Math.fround(Number(right.value))));
  const result = whole(operator, BigInt(left.value), BigInt(right.value), at);
  if (left.kind === 'long' || right.kind === 'long') return BigInt.asIntN(64, result);
  return Number(BigInt.asIntN(32, result));
}

function fractional(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return left % right;
  }
}

function whole(operator: string, left: bigint, right: bigint, at: number): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      if (right === 0n) throw new ExpressionError('Division by zero', at);
      return operator === '/' ? left / right : left % right;
  }
}

function power(left: Numeric, right: Numeric): unknown {
  const result = Number(left.value) ** Number(right.value);
  if (left.kind === 'double' || right.kind === 'double') return new Double(result);
  if (left.kind === 'float' || right.kind === 'float') return new Float(result);
  const truncated = toLong(result);
  const isLong = left.kind === 'long' || right.kind === 'long' || result > INT_MAX || result < INT_MIN;
  return isLong ? truncated : Number(truncated);
}

/** -1, 0 or 1; NaN compares as larger than everything. */
export function compareNumbers(left: Numeric, right: Numeric): number {
  if (typeof left.value === 'bigint' && typeof right.value === 'bigint')
    return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
  const [a, b] = [Number(left.value), Number(right.value)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function negated(number: Numeric): unknown {
  if (number.kind === 'int') return Number(BigInt.asIntN(32, -BigInt(number.value)));
  if (number.kind === 'long') return BigInt.asIntN(64, -number.value);
  return numberValue({ kind: number.kind, value: -number.value });
}

/** A number as an int: fractions are cut off, what is larger wraps around (longs) or stays at the end (doubles). */
export function toInt(number: Numeric): number {
  if (number.kind === 'int') return number.value;
  if (number.kind === 'long') return Number(BigInt.asIntN(32, number.value));
  if (Number.isNaN(number.value)) return 0;
  return Math.min(INT_MAX, Math.max(INT_MIN, Math.trunc(number.value)));
}

/** A double as a long. */
export function toLong(value: number | bigint): bigint {
  if (typeof value === 'bigint') return value;
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

/** A whole number that a text says, within bits. @throws ExpressionError. */
export function wholeOf(text: string, bits: 8 | 32 | 64, radix = 10): bigint {
  const digits = radix === 10 ? /^[+-]?\d{1,20}$/ : /^[+-]?[0-9a-z]{1,64}$/i;
  if (!digits.test(text) || radix < 2 || radix > 36)
    throw new ExpressionError(`"${text.slice(0, 80)}" is no whole number`);
  const negative = text.startsWith('-');
  let value = 0n;
  for (const char of text.replace(/^[+-]/, '')) {
    const digit = Number.parseInt(char, radix);
    if (Number.isNaN(digit)) throw new ExpressionError(`"${text.slice(0, 80)}" is no whole number of base ${radix}`);
    value = value * BigInt(radix) + BigInt(digit);
  }
  if (negative) value = -value;
  if (BigInt.asIntN(bits, value) !== value)
    throw new ExpressionError(`"${text.slice(0, 80)}" is too large for a number of ${bits} bits`);
  return value;
}

/** A number with a fraction that a text says. @throws ExpressionError. */
export function fractionOf(text: string): number {
  const trimmed = text.trim();
  if (/^[+-]?(NaN|Infinity)$/.test(trimmed)) return Number(trimmed);
  if (!/^[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,5})?[fFdD]?$/.test(trimmed))
    throw new ExpressionError(`"${text.slice(0, 80)}" is no number`);
  return Number(trimmed.replace(/[fFdD]$/, ''));
}

/** A number's text: `3.0`, `1.0E10` for doubles, digits alone for whole numbers. */
export function numberText(number: Numeric): string {
  if (number.kind === 'int' || number.kind === 'long') return String(number.value);
  return fractionText(
    number.value,
    number.kind === 'float' ? shortestFloat(number.value) : number.value.toExponential(),
  );
}

function fractionText(value: number, exponential: string): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', power = '0'] = exponential.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  const exponent = Number(power);
  if (exponent < -3 || exponent >= 7) return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 2, '0');
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}`;
}

/** A value that must be a number. @throws ExpressionError. */
export function numberOf(value: unknown, what: string): Numeric {
  const number = numeric(value);
  if (!number) throw new ExpressionError(`${what} needs a number, not ${kindOf(value)}`);
  return number;
}
