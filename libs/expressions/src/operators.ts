import { RE2JS } from 're2js';
import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';
import { kindOf, same, textOf } from './values.ts';

/** A binary operator other than `&&` and `||`, which decide whether their right side is looked at. */
export function operate(operator: string, left: unknown, right: unknown, budget: Budget, at: number): unknown {
  switch (operator) {
    case '==':
      return same(left ?? null, right ?? null, budget);
    case '!=':
      return !same(left ?? null, right ?? null, budget);
    case '<':
      return order(left, right, at) < 0;
    case '<=':
      return order(left, right, at) <= 0;
    case '>':
      return order(left, right, at) > 0;
    case '>=':
      return order(left, right, at) >= 0;
    case 'matches':
      if (typeof left !== 'string' || typeof right !== 'string')
        throw new ExpressionError(`"matches" needs two texts, not ${kindOf(left)} and ${kindOf(right)}`, at);
      return pattern(right).matches(left);
    case '+':
      if (typeof left === 'string' || typeof right === 'string')
        return budget.sized(textOf(left, budget) + textOf(right, budget));
      return arithmetic(operator, left, right, at);
    default:
      return arithmetic(operator, left, right, at);
  }
}

function arithmetic(operator: string, left: unknown, right: unknown, at: number): number {
  if (typeof left !== 'number' || typeof right !== 'number')
    throw new ExpressionError(`"${operator}" cannot be used with ${kindOf(left)} and ${kindOf(right)}`, at);
  const whole = Number.isInteger(left) && Number.isInteger(right);
  if (whole && right === 0 && (operator === '/' || operator === '%')) throw new ExpressionError('Division by zero', at);
  const result =
    operator === '+'
      ? left + right
      : operator === '-'
        ? left - right
        : operator === '*'
          ? left * right
          : operator === '/'
            ? whole
              ? Math.trunc(left / right)
              : left / right
            : operator === '%'
              ? left % right
              : left ** right;
  if (!Number.isFinite(result)) throw new ExpressionError(`"${operator}" gives no finite number`, at);
  return result;
}

/** Order of two numbers or two texts; null comes first. */
function order(left: unknown, right: unknown, at: number): number {
  if (left === null || left === undefined) return right === null || right === undefined ? 0 : -1;
  if (right === null || right === undefined) return 1;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  throw new ExpressionError(`${kindOf(left)} and ${kindOf(right)} have no order`, at);
}

/** A regular expression of linear time: no input can make it hang. */
export function pattern(source: string): RE2JS {
  if (source.length > 1_000) throw new ExpressionError('The regular expression has more than 1000 characters');
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new ExpressionError(
      `"${source}" is no regular expression: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
