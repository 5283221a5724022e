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

/** A map: plain data only, never a host object. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A new map from entries; `__proto__` is a key like any other. */
export function mapOf(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries(entries);
}

/** A value's kind, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** A value as text: as it stands for texts, JSON for lists and maps. */
export function textOf(value: unknown, budget: Budget): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) || isMap(value)) return budget.sized(jsonOf(value));
  throw new ExpressionError(`${kindOf(value)} has no text`);
}

/** JSON of a value. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new ExpressionError(
      `It cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Equal by content. */
export function same(a: unknown, b: unknown, budget: Budget): boolean {
  budget.step();
  if (a === b) return true;
  if (a === undefined || b === undefined) return (a ?? null) === (b ?? null);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => same(item, b[index], budget));
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], budget))
    );
  }
  return false;
}
