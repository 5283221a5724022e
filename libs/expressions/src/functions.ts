import { ExpressionError } from './error.ts';
import { EXECUTION_FUNCTIONS } from './functions/execution.ts';
import { OUTSIDE_FUNCTIONS } from './functions/outside.ts';
import type { Helper } from './functions/helper.ts';
import { TEXT_FUNCTIONS } from './functions/texts.ts';
import type { Surroundings } from './surroundings.ts';

const FUNCTIONS: Readonly<Record<string, Helper>> = {
  ...TEXT_FUNCTIONS,
  ...EXECUTION_FUNCTIONS,
  ...OUTSIDE_FUNCTIONS,
};

/** The names of the helper functions, for completion: `#name(...)`. */
export const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS).sort();

/** Calls a helper. @throws ExpressionError when there is none of this name, or it gets another number of values. */
export function callFunction(name: string, args: readonly unknown[], around: Surroundings, at: number): unknown {
  around.budget.step();
  const { helpers = {} } = around.options;
  const table = Object.hasOwn(helpers, name) ? helpers : FUNCTIONS;
  const helper = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!helper) throw new ExpressionError(`There is no function #${name}; there are ${FUNCTION_NAMES.join(', ')}`, at);
  const [least, most] = helper.takes;
  if (args.length < least || args.length > most)
    throw new ExpressionError(
      `#${name} takes ${least === most ? least : `${least} to ${most === Infinity ? 'any number of' : most}`} values, not ${args.length}`,
      at,
    );
  return helper.call(args, around);
}
