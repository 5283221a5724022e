import { intArg } from '../convert.ts';
import { ExpressionError } from '../error.ts';
import type { Budget } from '../limits.ts';
import { identical } from '../operators.ts';
import { ownText } from '../text.ts';
import { isNull, itemsOf, kindOf, mapOf } from '../values.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Method, Table } from './table.ts';

type List = readonly unknown[];
type Entries = Readonly<Record<string, unknown>>;

const itemsArg = (value: unknown, what: string): List => {
  const items = itemsOf(value);
  if (!items) throw new ExpressionError(`${what} needs a list, not ${kindOf(value)}`);
  return items;
};

/** A list is data that others read too: what would change it is refused with the way round. */
const unchangeable: Method<unknown> = () => {
  throw new ExpressionError('Lists and maps cannot be changed here; make a new one, such as {1, 2} or {a: 1}');
};
const CHANGES = Object.fromEntries(
  ['add', 'addAll', 'remove', 'removeAll', 'retainAll', 'set', 'clear', 'put', 'putAll', 'putIfAbsent', 'replace'].map(
    (name) => [name, unchangeable],
  ),
);

/** Methods of java.util.List. */
export const LISTS: Table<List> = {
  ...CHANGES,
  size: (self) => self.length,
  isEmpty: (self) => self.length === 0,
  get: (self, [at]) => {
    const index = intArg(at, 'get');
    if (index < 0 || index >= self.length)
      throw new ExpressionError(`The list has ${self.length} items; there is none at ${index}`);
    return self[index];
  },
  contains: (self, [item], { budget }) => self.some((one) => identical(one, item, budget)),
  containsAll: (self, [items], { budget }) =>
    itemsArg(items, 'containsAll').every((item) => self.some((one) => identical(one, item, budget))),
  indexOf: (self, [item], { budget }) => self.findIndex((one) => identical(one, item, budget)),
  lastIndexOf: (self, [item], { budget }) => self.findLastIndex((one) => identical(one, item, budget)),
  toString: (self: List, _args: readonly unknown[], { budget }: Surroundings) => ownText(self, budget),
  equals: (self, [other], { budget }) => identical(self, other, budget),
  subList: (self, [from, to], { budget }) => {
    const [start, end] = [intArg(from, 'subList'), intArg(to, 'subList')];
    if (start < 0 || end > self.length || start > end)
      throw new ExpressionError(`The list of ${self.length} items has no part from ${start} to ${end}`);
    budget.work(end - start);
    return self.slice(start, end);
  },
};

function own(map: Entries, key: unknown): unknown {
  const name = isNull(key) ? 'null' : typeof key === 'object' ? undefined : String(key);
  return name !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

function keysOf(map: Entries, budget: Budget): string[] {
  const keys = Object.keys(map);
  budget.work(keys.length);
  return keys;
}

/** Methods of java.util.Map. */
export const MAPS: Table<Entries> = {
  ...CHANGES,
  get: (self, [key]) => own(self, key) ?? null,
  getOrDefault: (self, [key, otherwise]) => own(self, key) ?? otherwise,
  containsKey: (self, [key]) => own(self, key) !== undefined,
  containsValue: (self, [value], { budget }) => keysOf(self, budget).some((key) => identical(self[key], value, budget)),
  size: (self, _args, { budget }) => keysOf(self, budget).length,
  isEmpty: (self, _args, { budget }) => keysOf(self, budget).length === 0,
  keySet: (self, _args, { budget }) => keysOf(self, budget),
  values: (self, _args, { budget }) => keysOf(self, budget).map((key) => self[key]),
  entrySet: (self, _args, { budget }) => {
    budget.step(keysOf(self, budget).length);
    return entriesOf(self);
  },
  toString: (self: Entries, _args: readonly unknown[], { budget }: Surroundings) => ownText(self, budget),
  equals: (self, [other], { budget }) => identical(self, other, budget),
};

/** A map's entries as maps of `key` and `value`, which selections and projections go over. */
export function entriesOf(map: Entries): Entries[] {
  return Object.entries(map).map(([key, value]) =>
    mapOf([
      ['key', key],
      ['value', value],
    ]),
  );
}
