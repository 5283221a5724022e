import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';
import { pattern } from './operators.ts';
import { isMap, jsonOf, kindOf, mapOf, same, textOf } from './values.ts';

type Method<T> = (self: T, args: readonly unknown[], budget: Budget) => unknown;
type Table<T> = Readonly<Record<string, Method<T>>>;

const text = (value: unknown, name: string): string => {
  if (typeof value !== 'string') throw new ExpressionError(`${name} needs a text, not ${kindOf(value)}`);
  return value;
};
const whole = (value: unknown, name: string): number => {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new ExpressionError(`${name} needs a whole number, not ${kindOf(value)}`);
  return value;
};

const texts: Table<string> = {
  length: (self) => self.length,
  isEmpty: (self) => self.length === 0,
  isBlank: (self) => self.trim() === '',
  toString: (self: string) => self,
  toLowerCase: (self) => self.toLowerCase(),
  toUpperCase: (self) => self.toUpperCase(),
  trim: (self) => self.trim(),
  strip: (self) => self.trim(),
  contains: (self, [part]) => self.includes(text(part, 'contains')),
  startsWith: (self, [part]) => self.startsWith(text(part, 'startsWith')),
  endsWith: (self, [part]) => self.endsWith(text(part, 'endsWith')),
  indexOf: (self, [part]) => self.indexOf(text(part, 'indexOf')),
  lastIndexOf: (self, [part]) => self.lastIndexOf(text(part, 'lastIndexOf')),
  equals: (self, [other]) => self === other,
  equalsIgnoreCase: (self, [other]) => typeof other === 'string' && self.toLowerCase() === other.toLowerCase(),
  compareTo: (self, [other]) => (self < text(other, 'compareTo') ? -1 : self > text(other, 'compareTo') ? 1 : 0),
  concat: (self, [other], budget) => budget.sized(self + text(other, 'concat')),
  charAt: (self, [at]) => {
    const index = whole(at, 'charAt');
    if (index < 0 || index >= self.length) throw new ExpressionError(`The text has no character ${index}`);
    return self.charAt(index);
  },
  substring: (self, [from, to]) => {
    const start = whole(from, 'substring');
    const end = to === undefined ? self.length : whole(to, 'substring');
    if (start < 0 || end > self.length || start > end)
      throw new ExpressionError(`The text of ${self.length} characters has no part from ${start} to ${end}`);
    return self.slice(start, end);
  },
  replace: (self, [what, by], budget) => {
    const [from, to] = [text(what, 'replace'), text(by, 'replace')];
    budget.step(Math.ceil((self.length * (to.length + 1)) / 1_000));
    return budget.sized(self.replaceAll(from, () => to));
  },
  replaceAll: (self, [what, by], budget) => {
    budget.step(self.length);
    return budget.sized(pattern(text(what, 'replaceAll')).matcher(self).replaceAll(text(by, 'replaceAll')));
  },
  replaceFirst: (self, [what, by], budget) => {
    budget.step(self.length);
    return budget.sized(pattern(text(what, 'replaceFirst')).matcher(self).replaceFirst(text(by, 'replaceFirst')));
  },
  matches: (self, [what], budget) => {
    budget.step(self.length);
    return pattern(text(what, 'matches')).matches(self);
  },
  split: (self, [what, limit], budget) => {
    budget.step(self.length);
    const most = limit === undefined ? 0 : whole(limit, 'split');
    return budget.sized(pattern(text(what, 'split')).split(self, most));
  },
  repeat: (self, [count], budget) => {
    const times = whole(count, 'repeat');
    if (times < 0 || self.length * times > budget.limits.size) throw new ExpressionError('repeat makes too much');
    return self.repeat(times);
  },
};

const lists: Table<readonly unknown[]> = {
  size: (self) => self.length,
  length: (self) => self.length,
  isEmpty: (self) => self.length === 0,
  get: (self, [at]) => {
    const index = whole(at, 'get');
    if (index < 0 || index >= self.length)
      throw new ExpressionError(`The list has ${self.length} items; there is none at ${index}`);
    return self[index];
  },
  contains: (self, [item], budget) => self.some((one) => same(one, item, budget)),
  containsAll: (self, [items], budget) => {
    if (!Array.isArray(items)) throw new ExpressionError('containsAll needs a list');
    return items.every((item) => self.some((one) => same(one, item, budget)));
  },
  indexOf: (self, [item], budget) => self.findIndex((one) => same(one, item, budget)),
  join: (self, [by], budget) =>
    budget.sized(self.map((item) => textOf(item, budget)).join(by === undefined ? ',' : text(by, 'join'))),
  toString: (self: readonly unknown[], _args: readonly unknown[], budget: Budget) => textOf(self, budget),
  equals: (self, [other], budget) => same(self, other, budget),
  subList: (self, [from, to]) => self.slice(whole(from, 'subList'), whole(to, 'subList')),
};

const maps: Table<Readonly<Record<string, unknown>>> = {
  get: (self, [key]) => own(self, key),
  getOrDefault: (self, [key, otherwise]) => own(self, key) ?? otherwise,
  containsKey: (self, [key]) => Object.hasOwn(self, String(key)),
  containsValue: (self, [value], budget) => Object.values(self).some((one) => same(one, value, budget)),
  size: (self) => Object.keys(self).length,
  isEmpty: (self) => Object.keys(self).length === 0,
  keySet: (self) => Object.keys(self),
  values: (self) => Object.values(self),
  entrySet: (self) =>
    Object.entries(self).map(([key, value]) =>
      mapOf([
        ['key', key],
        ['value', value],
      ]),
    ),
  toString: (self: Readonly<Record<string, unknown>>) => jsonOf(self),
  equals: (self, [other], budget) => same(self, other, budget),
};

const numbers: Table<number> = {
  intValue: (self) => Math.trunc(self),
  longValue: (self) => Math.trunc(self),
  doubleValue: (self) => self,
  floatValue: (self) => self,
  toString: (self: number) => String(self),
  equals: (self, [other]) => self === other,
  compareTo: (self, [other]) => Math.sign(self - Number(other)),
};

const booleans: Table<boolean> = {
  booleanValue: (self) => self,
  toString: (self: boolean) => String(self),
  equals: (self, [other]) => self === other,
};

function own(map: Readonly<Record<string, unknown>>, key: unknown): unknown {
  const name = String(key);
  return Object.hasOwn(map, name) ? map[name] : null;
}

/** Calls a method of the fixed table; nothing else of a value can be called. @throws ExpressionError when there is none. */
export function callMethod(self: unknown, name: string, args: readonly unknown[], budget: Budget, at: number): unknown {
  budget.step();
  const run = <T>(table: Table<T>, value: T): unknown => {
    const method = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!method) throw new ExpressionError(`${kindOf(value)} has no method ${name}()`, at);
    return method(value, args, budget);
  };
  if (typeof self === 'string') return run(texts, self);
  if (typeof self === 'number') return run(numbers, self);
  if (typeof self === 'boolean') return run(booleans, self);
  if (Array.isArray(self)) return run(lists, self as readonly unknown[]);
  if (isMap(self)) return run(maps, self);
  throw new ExpressionError(`${name}() was called on ${kindOf(self)}`, at);
}
