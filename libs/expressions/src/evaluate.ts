import type { Node } from './ast.ts';
import { ExpressionError } from './error.ts';
import { callFunction } from './functions.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './limits.ts';
import { callMethod } from './methods.ts';
import { operate } from './operators.ts';
import { parse } from './parser.ts';
import { isMap, kindOf, mapOf, Root, type Scope, textOf } from './values.ts';

/** Where an expression stands: the root, and the element inside of a selection. */
interface Place {
  readonly root: Scope;
  readonly self: unknown;
  readonly budget: Budget;
}

/**
 * Evaluates one expression (without `${}`).
 * @throws ExpressionError, and nothing else.
 */
export function evaluate(
  text: string,
  scope: Scope,
  limits: Limits = DEFAULT_LIMITS,
  budget = new Budget(limits),
): unknown {
  if (text.length > limits.length)
    throw new ExpressionError(`The expression has more than ${limits.length} characters`);
  const node = parse(text, limits.depth);
  const value = valueOf(node, { root: scope, self: new Root(scope), budget });
  if (value instanceof Root) throw new ExpressionError('#root is no value; name what you want of it');
  return value ?? null;
}

function valueOf(node: Node, place: Place): unknown {
  const { budget } = place;
  budget.step();
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'list':
      return node.items.map((item) => valueOf(item, place));
    case 'map':
      return mapOf(node.entries.map(([key, value]) => [textOf(valueOf(key, place), budget), valueOf(value, place)]));
    case 'name':
      return nameOf(node.name, place);
    case 'variable':
      if (node.name === 'root') return new Root(place.root);
      if (node.name === 'this') return place.self;
      throw new ExpressionError(`There is no variable #${node.name}; there are #root and #this`, node.at);
    case 'function':
      return callFunction(
        node.name,
        node.args.map((arg) => valueOf(arg, place)),
        place.root,
        budget,
        node.at,
      );
    case 'property': {
      const target = valueOf(node.target, place);
      if (node.safe && isNull(target)) return null;
      return propertyOf(target, node.name, node.at);
    }
    case 'method': {
      const target = node.target === undefined ? place.self : valueOf(node.target, place);
      if (node.safe && isNull(target)) return null;
      return callMethod(
        target,
        node.name,
        node.args.map((arg) => valueOf(arg, place)),
        budget,
        node.at,
      );
    }
    case 'index':
      return indexOf(valueOf(node.target, place), node, place);
    case 'select':
      return select(node, place);
    case 'project': {
      const target = valueOf(node.target, place);
      if (node.safe && isNull(target)) return null;
      return budget.sized(itemsOf(target, node.at).map((self) => valueOf(node.value, { ...place, self })));
    }
    case 'unary':
      return unary(node.operator, valueOf(node.operand, place));
    case 'binary':
      if (node.operator === '&&') return truth(valueOf(node.left, place)) && truth(valueOf(node.right, place));
      if (node.operator === '||') return truth(valueOf(node.left, place)) || truth(valueOf(node.right, place));
      return operate(node.operator, valueOf(node.left, place), valueOf(node.right, place), budget, node.at);
    case 'ternary':
      return valueOf(truth(valueOf(node.condition, place)) ? node.then : node.otherwise, place);
    case 'elvis': {
      const value = valueOf(node.value, place);
      return isNull(value) || value === '' ? valueOf(node.otherwise, place) : value;
    }
  }
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}

/** A bare name: of the root, or of the element inside of a selection. */
function nameOf(name: string, place: Place): unknown {
  if (place.self instanceof Root) return place.self.scope.lookup(name) ?? null;
  if (isMap(place.self)) return Object.hasOwn(place.self, name) ? place.self[name] : null;
  throw new ExpressionError(`${kindOf(place.self)} has nothing named "${name}"`);
}

function propertyOf(target: unknown, name: string, at: number): unknown {
  if (target instanceof Root) return target.scope.lookup(name) ?? null;
  if (isMap(target)) return Object.hasOwn(target, name) ? target[name] : null;
  if ((Array.isArray(target) || typeof target === 'string') && name === 'length') return target.length;
  if (Array.isArray(target) && name === 'size') return target.length;
  if (isNull(target)) throw new ExpressionError(`"${name}" was asked of null`, at);
  throw new ExpressionError(`${kindOf(target)} has no "${name}"`, at);
}

function indexOf(target: unknown, node: Extract<Node, { kind: 'index' }>, place: Place): unknown {
  // `map[key]` means the key's text, as in the language that pipelines were written for.
  const bare = node.index.kind === 'name' && isMap(target);
  const index = bare && node.index.kind === 'name' ? node.index.name : valueOf(node.index, place);
  if (target instanceof Root) return target.scope.lookup(textOf(index, place.budget)) ?? null;
  if (isMap(target)) {
    const key = textOf(index, place.budget);
    return Object.hasOwn(target, key) ? target[key] : null;
  }
  if (isNull(target)) throw new ExpressionError(`[${String(index)}] was asked of null`, node.at);
  if (Array.isArray(target) || typeof target === 'string') {
    const number = typeof index === 'string' && /^\d+$/.test(index) ? Number(index) : index;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number >= target.length)
      throw new ExpressionError(
        `${kindOf(target)} of ${target.length} has nothing at [${kindOf(index) === 'a map' ? '...' : String(index)}]`,
        node.at,
      );
    return target[number];
  }
  throw new ExpressionError(`${kindOf(target)} has no index`, node.at);
}

/** What a selection goes over: a list's items, a map's entries, or the one value itself. */
function itemsOf(target: unknown, at: number): readonly unknown[] {
  if (Array.isArray(target)) return target as readonly unknown[];
  if (isMap(target))
    return Object.entries(target).map(([key, value]) =>
      mapOf([
        ['key', key],
        ['value', value],
      ]),
    );
  if (isNull(target)) throw new ExpressionError('null has no items to choose from', at);
  return [target];
}

function select(node: Extract<Node, { kind: 'select' }>, place: Place): unknown {
  const target = valueOf(node.target, place);
  if (node.safe && isNull(target)) return null;
  const chosen = itemsOf(target, node.at).filter((self) => truth(valueOf(node.condition, { ...place, self })));
  const entries = (items: readonly unknown[]): unknown =>
    isMap(target) ? mapOf(items.filter(isMap).map((entry) => [String(entry['key']), entry['value']] as const)) : items;
  if (node.which === 'all') return entries(chosen);
  const one = node.which === 'first' ? chosen[0] : chosen.at(-1);
  if (one === undefined) return null;
  return isMap(target) ? entries([one]) : one;
}

function unary(operator: '!' | '-' | '+', value: unknown): unknown {
  if (operator === '!') return !truth(value);
  if (typeof value !== 'number') throw new ExpressionError(`"${operator}" needs a number, not ${kindOf(value)}`);
  return operator === '-' ? -value : value;
}

function truth(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  throw new ExpressionError(`A condition must be true or false, not ${kindOf(value)}`);
}
