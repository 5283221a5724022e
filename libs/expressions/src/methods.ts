import { intArg } from './convert.ts';
import { ExpressionError } from './error.ts';
import { LISTS, MAPS } from './methods/collections.ts';
import { BOOLEANS, CHARACTERS, NUMBERS, OBJECTS } from './methods/objects.ts';
import type { Table } from './methods/table.ts';
import { TEXTS } from './methods/texts.ts';
import { numeric } from './numbers.ts';
import { callDate, hasDateMethod } from './specials.ts';
import type { Surroundings } from './surroundings.ts';
import { callStatic } from './types.ts';
import { Char, isMap, Items, kindOf, Root, Special, Type } from './values.ts';

/** What `#root` answers to. */
const ROOTS: Table<Root> = {
  containsKey: (self, [name]) => self.scope.lookup(String(name)) !== undefined,
  get: (self, [name]) => self.scope.lookup(String(name)) ?? null,
  getOrDefault: (self, [name, otherwise]) => self.scope.lookup(String(name)) ?? otherwise,
};

/** Calls a method of the fixed tables; nothing else of a value can be called. @throws ExpressionError when there is none. */
export function callMethod(
  self: unknown,
  name: string,
  args: readonly unknown[],
  around: Surroundings,
  at: number,
): unknown {
  const { budget } = around;
  budget.step();
  const run = <T>(table: Table<T>, value: T): unknown => {
    const method = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!method) throw new ExpressionError(`${kindOf(self)} has no method ${name}()${hint(self, name)}`, at);
    return method(value, args, around);
  };
  const number = numeric(self);
  if (number) return run(NUMBERS, number);
  if (typeof self === 'string') {
    budget.skim(self.length);
    const result = run(TEXTS, self);
    if (typeof result === 'string') budget.skim(result.length);
    return result;
  }
  if (typeof self === 'boolean') return run(BOOLEANS, self);
  if (Array.isArray(self)) return run(LISTS, self as readonly unknown[]);
  if (self instanceof Type) return callStatic(self, name, args, around, at);
  if (self instanceof Char) return run(CHARACTERS, self);
  if (self instanceof Root) return run(ROOTS, self);
  if (self instanceof Special && hasDateMethod(self.kind, name))
    return callDate(
      self,
      name,
      args.map((arg) => (arg instanceof Special ? arg : intArg(arg, name))),
    );
  if (self instanceof Special) return run(OBJECTS[self.kind] ?? {}, self);
  if (self instanceof Items) return run<Items>({}, self);
  if (isMap(self)) return run(MAPS, self);
  throw new ExpressionError(`${name}() was called on ${kindOf(self)}`, at);
}

function hint(self: unknown, name: string): string {
  if (self instanceof Items && (name === 'size' || name === 'length')) return '; an array has .length';
  if (self instanceof Items) return '; turn the array into a text with #toJson(...), or take an item with [0]';
  if (Array.isArray(self) && name === 'join') return "; T(String).join(',', list) joins texts";
  return '';
}
