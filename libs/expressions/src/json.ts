import { specialText } from './specials.ts';
import { ExpressionError } from './error.ts';
import { Char, Double, Float, isMap, isNull, itemsOf, kindOf, NotEvaluated, shortestFloat, Special } from './values.ts';

/** Reads JSON for evaluation: `3.0` stays a double, whole numbers beyond 2^53 stay exact longs. @throws SyntaxError. */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value !== 'number' || context?.source === undefined) return value;
    if (/[.eE]/.test(context.source)) return Number.isInteger(value) ? new Double(value) : value;
    return Number.isSafeInteger(value) ? value : asLong(context.source, value);
  });
}

function asLong(source: string, value: number): unknown {
  const whole = BigInt(source);
  return BigInt.asIntN(64, whole) === whole ? whole : value;
}

/** Writes an expression's value as JSON; longs and doubles with all their digits. @throws ExpressionError for what is no value. */
export function jsonText(value: unknown, depth = 0): string {
  if (depth > 256) throw new ExpressionError('The value is nested deeper than 256');
  if (isNull(value)) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Double || value instanceof Float) {
    if (!Number.isFinite(value.value)) return JSON.stringify(String(value.value));
    return JSON.stringify(value instanceof Float ? Number(shortestFloat(value.value)) : value.value);
  }
  if (value instanceof Char) return JSON.stringify(value.text);
  if (value instanceof NotEvaluated) return jsonText(value.value, depth);
  if (value instanceof Special) return value.kind === 'Date' ? String(value.value) : JSON.stringify(specialText(value));
  const items = itemsOf(value);
  if (items) return `[${items.map((item) => jsonText(item, depth + 1)).join(',')}]`;
  if (isMap(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item, depth + 1)}`)
      .join(',')}}`;
  if (typeof value === 'object') throw new ExpressionError(`${kindOf(value)} is no value; name what you want of it`);
  return JSON.stringify(value) ?? 'null';
}
