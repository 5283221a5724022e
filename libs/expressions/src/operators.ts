import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';
import { calculate, compareNumbers, numeric } from './numbers.ts';
import { matchesWhole } from './regex.ts';
import { compareSpecials } from './specials.ts';
import { addedText, asText } from './text.ts';
import { Char, isMap, isNull, itemsOf, kindOf, Special, Type } from './values.ts';
import { isOfType } from './types.ts';

/** A binary operator other than `&&` and `||`, which decide whether their right side is looked at. */
export function operate(operator: string, left: unknown, right: unknown, budget: Budget, at: number): unknown {
  switch (operator) {
    case '==':
      return same(left, right, budget);
    case '!=':
      return !same(left, right, budget);
    case '<':
      return order(left, right, at) < 0;
    case '<=':
      return order(left, right, at) <= 0;
    case '>':
      return order(left, right, at) > 0;
    case '>=':
      return order(left, right, at) >= 0;
    case 'matches':
      return matches(left, right, budget, at);
    case 'between':
      return between(left, right, at);
    case 'instanceof':
      if (!(right instanceof Type)) throw new ExpressionError('"instanceof" needs a type, such as T(String)', at);
      return isOfType(left, right.name);
    case '+':
      if (typeof left === 'string' || typeof right === 'string')
        return skimmed(budget.sized(addedText(left, budget) + addedText(right, budget)), budget);
      return arithmetic(operator, left, right, at);
    case '-':
      return oneCharacterLess(left, right) ?? arithmetic(operator, left, right, at);
    case '*':
      if (typeof left === 'string' && typeof right === 'number' && Number.isInteger(right)) {
        if (left.length * right > budget.limits.size) throw new ExpressionError('"*" makes too much', at);
        return skimmed(left.repeat(Math.max(0, right)), budget);
      }
      return arithmetic(operator, left, right, at);
    default:
      return arithmetic(operator, left, right, at);
  }
}

function skimmed(text: string, budget: Budget): string {
  budget.skim(text.length);
  return text;
}

/** `'5' - 1` is the character before `5`: a text of one character moves along the alphabet. */
function oneCharacterLess(left: unknown, right: unknown): string | undefined {
  if (typeof left !== 'string' || left.length !== 1 || typeof right !== 'number' || !Number.isInteger(right))
    return undefined;
  return String.fromCharCode(left.charCodeAt(0) - right);
}

function arithmetic(operator: string, left: unknown, right: unknown, at: number): unknown {
  const [a, b] = [numeric(left), numeric(right)];
  if (!a || !b) throw new ExpressionError(`"${operator}" cannot be used with ${kindOf(left)} and ${kindOf(right)}`, at);
  return calculate(operator, a, b, at);
}

function matches(left: unknown, right: unknown, budget: Budget, at: number): boolean {
  if (isNull(left) || isMap(left) || typeof right !== 'string')
    throw new ExpressionError(`"matches" needs two texts, not ${kindOf(left)} and ${kindOf(right)}`, at);
  return matchesWhole(asText(left, budget), right, budget);
}

function between(left: unknown, right: unknown, at: number): boolean {
  const bounds = itemsOf(right);
  if (bounds?.length !== 2) throw new ExpressionError('"between" needs a list of two, such as {1, 10}', at);
  return order(left, bounds[0], at) >= 0 && order(left, bounds[1], at) <= 0;
}

/** Order of two numbers, two texts, two booleans or two dates of a kind; null comes first. */
export function order(left: unknown, right: unknown, at?: number): number {
  if (isNull(left)) return isNull(right) ? 0 : -1;
  if (isNull(right)) return 1;
  const [a, b] = [numeric(left), numeric(right)];
  if (a && b) return compareNumbers(a, b);
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Char && right instanceof Char)
    return left.text < right.text ? -1 : left.text > right.text ? 1 : 0;
  const special = left instanceof Special && right instanceof Special ? compareSpecials(left, right) : undefined;
  if (special !== undefined) return special;
  throw new ExpressionError(`${kindOf(left)} and ${kindOf(right)} have no order`, at);
}

/** Equal by content. Numbers by value at the top (`1 == 1.0`), lists and maps item by item. */
export function same(left: unknown, right: unknown, budget: Budget): boolean {
  budget.step();
  if (isNull(left) || isNull(right)) return isNull(left) && isNull(right);
  if (typeof left === 'string' && typeof right === 'string') budget.skim(Math.min(left.length, right.length));
  if (left === right) return true;
  const [a, b] = [numeric(left), numeric(right)];
  if (a && b) return compareNumbers(a, b) === 0;
  if (left instanceof Char && right instanceof Char) return left.text === right.text;
  if (left instanceof Special && right instanceof Special) return compareSpecials(left, right) === 0;
  if (left instanceof Type && right instanceof Type) return left.name === right.name;
  return budget.nested(() => sameInside(left, right, budget));
}

function sameInside(left: unknown, right: unknown, budget: Budget): boolean {
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, index) => identical(item, right[index], budget));
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && identical(left[key], right[key], budget))
  );
}

/** As `equals`: numbers are equal only when they are of one kind. */
export function identical(left: unknown, right: unknown, budget: Budget): boolean {
  const [a, b] = [numeric(left), numeric(right)];
  if (a && b && a.kind !== b.kind) return false;
  return same(left, right, budget);
}

/** A value as a condition: booleans, and the words true, on, yes, 1, false, off, no, 0. @throws ExpressionError for others. */
export function truth(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  if (word !== undefined && ['true', 'on', 'yes', '1'].includes(word)) return true;
  if (word !== undefined && ['false', 'off', 'no', '0'].includes(word)) return false;
  throw new ExpressionError(`A condition must be true or false, not ${kindOf(value)}`);
}
