import { ExpressionError } from './error.ts';
import type { Budget } from './limits.ts';
import { isMap, jsonOf, kindOf, type Scope, textOf } from './values.ts';

type Helper = (args: readonly unknown[], scope: Scope, budget: Budget) => unknown;

/** The helper functions, `#name(...)`. */
const FUNCTIONS: Readonly<Record<string, Helper>> = {
  alphanumerical: ([value], _scope, budget) => textOf(value, budget).replace(/[^A-Za-z0-9]/g, ''),
  toInt: ([value]) => {
    const text = String(value).trim();
    if (!/^[+-]?\d{1,15}$/.test(text)) throw new ExpressionError(`"${text.slice(0, 80)}" is no whole number`);
    return Number(text);
  },
  toFloat: ([value]) => {
    const number = Number(String(value).trim() || 'none');
    if (!Number.isFinite(number)) throw new ExpressionError(`"${String(value).slice(0, 80)}" is no number`);
    return number;
  },
  toBoolean: ([value]) => String(value).trim().toLowerCase() === 'true',
  toJson: ([value], _scope, budget) => budget.sized(jsonOf(value ?? null)),
  readJson: ([value]) => {
    if (typeof value !== 'string') throw new ExpressionError(`#readJson needs a text, not ${kindOf(value)}`);
    try {
      return JSON.parse(value) as unknown;
    } catch (error) {
      throw new ExpressionError(`The text is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
  toBase64: ([value], _scope, budget) => {
    let bytes = '';
    for (const byte of new TextEncoder().encode(textOf(value, budget))) bytes += String.fromCharCode(byte);
    return budget.sized(btoa(bytes));
  },
  fromBase64: ([value]) => {
    try {
      return new TextDecoder().decode(Uint8Array.from(atob(String(value)), (char) => char.charCodeAt(0)));
    } catch {
      throw new ExpressionError('The text is not base64');
    }
  },
  stage: ([key], scope) => {
    const found = findStage(key, scope);
    if (!found) throw new ExpressionError(`The execution has no stage named "${String(key)}"`);
    return found;
  },
  stageByRefId: ([ref], scope) => {
    const found = stagesOf(scope).find((stage) => stage['refId'] === String(ref));
    if (!found) throw new ExpressionError(`The execution has no stage with refId "${String(ref)}"`);
    return found;
  },
  stageExists: ([key], scope) => findStage(key, scope) !== undefined,
  judgment: ([name], scope) => judgment(name, scope),
  judgement: ([name], scope) => judgment(name, scope),
};

function stagesOf(scope: Scope): readonly Readonly<Record<string, unknown>>[] {
  const execution = scope.lookup('execution');
  const stages = isMap(execution) ? execution['stages'] : undefined;
  if (!Array.isArray(stages)) throw new ExpressionError('There is no execution to look for stages in');
  return stages.filter(isMap);
}

/** By name, or else by id. */
function findStage(key: unknown, scope: Scope): Readonly<Record<string, unknown>> | undefined {
  const stages = stagesOf(scope);
  return stages.find((stage) => stage['name'] === key) ?? stages.find((stage) => stage['id'] === key);
}

function judgment(name: unknown, scope: Scope): unknown {
  const found = stagesOf(scope).find((stage) => stage['name'] === name && stage['type'] === 'manualJudgment');
  if (!found) throw new ExpressionError(`The execution has no manual judgment named "${String(name)}"`);
  const context = found['context'];
  return isMap(context) ? (context['judgmentInput'] ?? null) : null;
}

/** Calls a helper. @throws ExpressionError when there is none of this name. */
export function callFunction(
  name: string,
  args: readonly unknown[],
  scope: Scope,
  budget: Budget,
  at: number,
): unknown {
  budget.step();
  const helper = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!helper)
    throw new ExpressionError(`There is no function #${name}; there are ${Object.keys(FUNCTIONS).join(', ')}`, at);
  return helper(args, scope, budget);
}
