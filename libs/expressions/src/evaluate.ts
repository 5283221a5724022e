import type { Node } from './ast.ts';
import { intArg } from './convert.ts';
import { ExpressionError } from './error.ts';
import { callFunction } from './functions.ts';
import { plain } from './functions/texts.ts';
import { entriesOf } from './methods/collections.ts';
import { callMethod } from './methods.ts';
import { negated, numeric, numberValue } from './numbers.ts';
import { operate, truth } from './operators.ts';
import { parse } from './parser.ts';
import { rootName } from './root-names.ts';
import { storedContent } from './stored-artifacts.ts';
import { hasDateMethod } from './specials.ts';
import { type Options, Surroundings } from './surroundings.ts';
import { ownText } from './text.ts';
import { arrayOf, constantOf, construct, typeNamed } from './types.ts';
import { isMap, isNull, Items, itemsOf, kindOf, mapOf, Root, type Scope, Special, Type } from './values.ts';

/** Where an expression stands: what it works with, and the element inside of a selection. */
interface Place {
  readonly around: Surroundings;
  readonly self: unknown;
}

/**
 * Evaluates one expression (without `${}`) to plain data.
 * @throws ExpressionError, and nothing else.
 */
export function evaluate(text: string, scope: Scope, options: Options = {}): unknown {
  const around = new Surroundings(scope, options);
  return plain(evaluated(text, around), around);
}

/** Evaluates one expression to a value, which may be a number of a kind, a date, an array. @throws ExpressionError. */
export function evaluated(text: string, around: Surroundings): unknown {
  const { limits } = around.budget;
  if (text.length > limits.length)
    throw new ExpressionError(`The expression has more than ${limits.length} characters`);
  return evaluatedNode(parse(text, limits.depth), around);
}

/** Evaluates an expression that has been read. @throws ExpressionError. */
export function evaluatedNode(node: Node, around: Surroundings): unknown {
  return valueOf(node, { around, self: new Root(around.scope) }) ?? null;
}

/** The value of a part, which is told to whoever follows the evaluation. */
function valueOf(node: Node, place: Place): unknown {
  const { follow } = place.around;
  if (!follow) return worked(node, place);
  try {
    const value = worked(node, place);
    follow(node, { value });
    return value;
  } catch (error) {
    if (error instanceof ExpressionError) follow(node, { error: error.message });
    throw error;
  }
}

function worked(node: Node, place: Place): unknown {
  const { around } = place;
  const { budget } = around;
  budget.step();
  const values = (nodes: readonly Node[]): unknown[] => nodes.map((one) => valueOf(one, place));
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'list':
      return values(node.items);
    case 'map':
      return mapOf(node.entries.map(([key, value]) => [ownText(valueOf(key, place), budget), valueOf(value, place)]));
    case 'name':
      return propertyOf(place.self, node.name, place, node.at);
    case 'variable':
      if (node.name === 'root') return new Root(around.scope);
      return node.name === 'this' ? place.self : null;
    case 'function':
      return callFunction(node.name, values(node.args), around, node.at);
    case 'type':
      return typeNamed(node.name, node.at);
    case 'new':
      return construct(typeNamed(node.name, node.at), values(node.args), around, node.at);
    case 'array': {
      const size = node.size === undefined ? undefined : valueOf(node.size, place);
      return arrayOf(node.name, size, node.items && values(node.items), around, node.at);
    }
    case 'property': {
      const target = valueOf(node.target, place);
      if (node.safe && isNull(target)) return null;
      return propertyOf(target, node.name, place, node.at);
    }
    case 'method': {
      const target = node.target === undefined ? place.self : valueOf(node.target, place);
      if (node.safe && isNull(target)) return null;
      return callMethod(target, node.name, values(node.args), around, node.at);
    }
    case 'index':
      return indexOf(valueOf(node.target, place), node, place);
    case 'select':
      return select(node, place);
    case 'project': {
      const target = valueOf(node.target, place);
      if (node.safe && isNull(target)) return null;
      const elements = elementsOf(target, node.at);
      return budget.sized(elements.map((self) => valueOf(node.value, { ...place, self })));
    }
    case 'unary':
      return unary(node.operator, valueOf(node.operand, place));
    case 'binary':
      return chain(node, place);
    case 'ternary':
      return valueOf(truth(valueOf(node.condition, place)) ? node.then : node.otherwise, place);
    case 'elvis': {
      const value = valueOf(node.value, place);
      return isNull(value) || value === '' ? valueOf(node.otherwise, place) : value;
    }
  }
}

/** `a + b + c...` from the left, in a loop: a long sum is no deep recursion. */
function chain(node: Extract<Node, { kind: 'binary' }>, place: Place): unknown {
  const links = [node];
  let first: Node = node.left;
  for (; first.kind === 'binary'; first = first.left) links.push(first);
  let value = valueOf(first, place);
  for (const { operator, right, at } of links.reverse()) {
    place.around.budget.step();
    if (operator === '&&') value = truth(value) && truth(valueOf(right, place));
    else if (operator === '||') value = truth(value) || truth(valueOf(right, place));
    else value = operate(operator, value, valueOf(right, place), place.around.budget, at);
  }
  return value;
}

/** What a dot, or a bare name, reads. */
function propertyOf(target: unknown, name: string, place: Place, at: number): unknown {
  if (isNull(target)) throw new ExpressionError(`"${name}" was asked of null`, at);
  const found = target instanceof Root ? rootName(name, place.around) : keyOf(target, name, place.around);
  if (found !== undefined) return found;
  if (target instanceof Type) return constantOf(target, name, at);
  if (target instanceof Items && name === 'length') return target.items.length;
  const getter = getterOf(target, name);
  if (getter !== undefined) return callMethod(target, getter, [], place.around, at);
  const isOpen = target instanceof Root || isMap(target);
  if (isOpen && place.around.options.unknownKeys !== 'error') return null;
  throw new ExpressionError(
    `${isOpen ? 'There is' : `${kindOf(target)} has`} no "${name}"${isOpen ? ' here' : ''}`,
    at,
  );
}

/** What a map has under a key: one that stands for stored content, what that has; undefined when there is no such key. */
function keyOf(target: unknown, name: string, around: Surroundings): unknown {
  if (!isMap(target)) return undefined;
  const content = name === 'reference' ? undefined : storedContent(target, around);
  const map = content && Object.hasOwn(content, name) ? content : target;
  return Object.hasOwn(map, name) ? (map[name] ?? null) : undefined;
}

/** The method that a property stands for: `.empty` of texts, lists and maps, `.time` of a Date, `.year` of a LocalDate. */
function getterOf(target: unknown, name: string): string | undefined {
  if (name === 'empty' && (typeof target === 'string' || Array.isArray(target) || isMap(target))) return 'isEmpty';
  if (!(target instanceof Special)) return undefined;
  const getter = `get${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return hasDateMethod(target.kind, getter) || (target.kind === 'Date' && name === 'time') ? getter : undefined;
}

function indexOf(target: unknown, node: Extract<Node, { kind: 'index' }>, place: Place): unknown {
  const { budget } = place.around;
  // `map[key]` means the key's text, as in the language that pipelines were written for.
  const bare = node.index.kind === 'name' && (isMap(target) || target instanceof Root);
  const index = bare && node.index.kind === 'name' ? node.index.name : valueOf(node.index, place);
  if (isNull(target)) throw new ExpressionError('An index was asked of null', node.at);
  if (target instanceof Root) return rootName(ownText(index, budget), place.around) ?? null;
  if (isMap(target)) return keyOf(target, ownText(index, budget), place.around) ?? null;
  const items = itemsOf(target) ?? (typeof target === 'string' ? target : undefined);
  if (items !== undefined) {
    const at = intArg(index, 'An index');
    if (at < 0 || at >= items.length)
      throw new ExpressionError(`${kindOf(target)} of ${items.length} has nothing at [${at}]`, node.at);
    return items[at];
  }
  if (typeof index === 'string') return propertyOf(target, index, place, node.at);
  throw new ExpressionError(`${kindOf(target)} has no index`, node.at);
}

/** What a selection or projection goes over: a list's items, a map's entries. */
function elementsOf(target: unknown, at: number): readonly unknown[] {
  const items = itemsOf(target);
  if (items) return items;
  if (isMap(target)) return entriesOf(target);
  throw new ExpressionError(`${kindOf(target)} has no items to go over`, at);
}

function select(node: Extract<Node, { kind: 'select' }>, place: Place): unknown {
  const target = valueOf(node.target, place);
  if (node.safe && isNull(target)) return null;
  const chosen = elementsOf(target, node.at).filter((self) => {
    const verdict = valueOf(node.condition, { ...place, self });
    if (typeof verdict !== 'boolean')
      throw new ExpressionError(`The condition of a selection must be true or false, not ${kindOf(verdict)}`, node.at);
    return verdict;
  });
  const entries = (items: readonly unknown[]): unknown =>
    isMap(target) ? mapOf(items.filter(isMap).map((entry) => [String(entry['key']), entry['value']] as const)) : items;
  if (node.which === 'all') return target instanceof Items ? new Items(chosen) : entries(chosen);
  const one = node.which === 'first' ? chosen[0] : chosen.at(-1);
  if (one === undefined) return null;
  return isMap(target) ? entries([one]) : one;
}

function unary(operator: '!' | '-' | '+', value: unknown): unknown {
  if (operator === '!') return !truth(value);
  const number = numeric(value);
  if (!number) throw new ExpressionError(`"${operator}" needs a number, not ${kindOf(value)}`);
  return operator === '-' ? negated(number) : numberValue(number);
}
