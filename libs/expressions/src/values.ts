import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';

/** Where bare names come from. */
export interface Scope {
  /** The value of a name at the root; undefined when there is none. */
  lookup(name: string): unknown;
}

/** `#root`: reaches the scope by name and is no value of its own. */
export class Root {
  readonly scope: Scope;
  constructor(scope: Scope) {
    this.scope = scope;
  }
}

/** A number of double precision; numbers of the data that have a fraction are such too. Whole JS numbers are ints, bigints are longs. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A number of single precision. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = Math.fround(value);
  }
}

/** The fewest digits that are read as the same float, as `3.3333334e-1`. */
export function shortestFloat(value: number): string {
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential();
}

/** One character, which is no text: `'abc'.charAt(0) == 'a'` is false. */
export class Char {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An array (what `split` gives): it has a `length` and no methods of a list. */
export class Items {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A value that may hold expressions as plain text: `#doNotEval`. */
export class NotEvaluated {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** An object of the allowed types of dates, ids and chance: known by its kind, used through its table of methods only. */
export class Special {
  readonly kind: string;
  readonly value: unknown;
  constructor(kind: string, value: unknown) {
    this.kind = kind;
    this.value = value;
  }
}

/** `T(...)`: an allowed type; only its listed static methods and constants are reachable. */
export class Type {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A map: plain data only, never a host object. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** A new map from entries; `__proto__` is a key like any other. */
export function mapOf(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries(entries);
}

/** A value's kind, for messages. */
export function kindOf(value: unknown): string {
  if (isNull(value)) return 'null';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Double || value instanceof Float)
    return 'a number';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Items) return 'an array';
  if (value instanceof Char) return 'a character';
  if (value instanceof Special) return `a ${value.kind}`;
  if (value instanceof Type) return `the type ${value.name}`;
  if (value instanceof Root) return '#root';
  return isMap(value) ? 'a map' : 'a value';
}

/** A list's or an array's items. */
export function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  return value instanceof Items ? value.items : undefined;
}

/**
 * A value as plain data, as JSON can hold it: numbers are numbers (a long beyond 2^53 is rounded), a Date is its epoch
 * milliseconds, other dates and ids are their text.
 * @throws ExpressionError for what is no data: a type, `#root`.
 */
export function toData(value: unknown, text: (value: Special) => string, budget: Budget): unknown {
  if (isNull(value)) return null;
  if (typeof value === 'number') return value + 0;
  if (typeof value === 'string') {
    budget.give(value.length);
    return value;
  }
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Double || value instanceof Float) {
    if (!Number.isFinite(value.value)) return String(value.value);
    // JSON has no negative zero.
    return value instanceof Float ? Number(shortestFloat(value.value)) : value.value + 0;
  }
  if (value instanceof Char) return value.text;
  if (value instanceof NotEvaluated) return toData(value.value, text, budget);
  if (value instanceof Special) return value.kind === 'Date' ? value.value : text(value);
  const items = itemsOf(value);
  if (items) return items.map((item) => deeper(item, text, budget));
  if (isMap(value)) return mapOf(Object.entries(value).map(([key, item]) => [key, deeper(item, text, budget)]));
  throw new ExpressionError(
    value instanceof Root ? '#root is no value; name what you want of it' : `${kindOf(value)} is no value`,
  );
}

function deeper(value: unknown, text: (value: Special) => string, budget: Budget): unknown {
  budget.step();
  return budget.nested(() => toData(value, text, budget));
}
