import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';
import { numberText, numeric } from './numbers.ts';
import { specialText } from './specials.ts';
import { Char, isMap, isNull, Items, itemsOf, kindOf, NotEvaluated, Special } from './values.ts';

/** A value's own text, as `toString()` gives it: `[1, 2]`, `{k=v}`, `3.0`. @throws ExpressionError when it is too large. */
export function ownText(value: unknown, budget: Budget): string {
  budget.step();
  if (typeof value === 'string') return value;
  if (isNull(value)) return 'null';
  if (typeof value === 'boolean') return String(value);
  const number = numeric(value);
  if (number) return numberText(number);
  if (value instanceof Char) return value.text;
  if (value instanceof Special) return specialText(value);
  if (value instanceof NotEvaluated) return ownText(value.value, budget);
  return budget.nested(() => {
    const items = itemsOf(value);
    if (items) return joined(items, ', ', '[', ']', budget, (item) => ownText(item, budget));
    if (isMap(value))
      return joined(Object.entries(value), ', ', '{', '}', budget, ([key, item]) => `${key}=${ownText(item, budget)}`);
    throw new ExpressionError(`${kindOf(value)} has no text`);
  });
}

/** Items as one text, each made by `text`. @throws ExpressionError as soon as it is too large. */
export function joined<T>(
  items: readonly T[],
  by: string,
  open: string,
  close: string,
  budget: Budget,
  text: (item: T) => string,
): string {
  let result = open;
  for (const [index, item] of items.entries()) result = budget.sized(result + (index > 0 ? by : '') + text(item));
  return result + close;
}

/**
 * A value where a text is needed: a list becomes its items with commas between, a map cannot be one
 * (Spring's conversion rules, which expressions were written for).
 * @throws ExpressionError for maps, and lists that hold maps or lists.
 */
export function asText(value: unknown, budget: Budget): string {
  const items = itemsOf(value);
  if (items) return joined(items, ',', '', '', budget, (item) => plainText(item, budget));
  return plainText(value, budget);
}

function plainText(value: unknown, budget: Budget): string {
  if (isMap(value) || Array.isArray(value) || value instanceof Items)
    throw new ExpressionError(
      `${kindOf(value)} cannot become a text here; write it with #toJson(...), or take a part of it`,
    );
  return ownText(value, budget);
}

/** What `+` makes of a value beside a text: as `asText`, but a map becomes its own text. */
export function addedText(value: unknown, budget: Budget): string {
  return isMap(value) ? ownText(value, budget) : asText(value, budget);
}

/** JSON of plain data. @throws ExpressionError when it cannot be written. */
export function jsonOf(value: unknown, budget: Budget): string {
  try {
    return budget.sized(JSON.stringify(value) ?? 'null');
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(
      `It cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
