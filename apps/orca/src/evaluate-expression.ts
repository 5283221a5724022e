import { ServiceError } from '@gennaker/contracts/error';
import type { ExpressionProblem, ExpressionScope } from '@gennaker/engine/messages';
import type { ExecutionState, Json } from '@gennaker/engine/model';
import { ancestors } from '@gennaker/engine/graph';
import { FUNCTION_NAMES } from '@gennaker/expressions/functions';
import { ROOT_NAMES } from '@gennaker/expressions/root-names';
import { expressionScope } from '@gennaker/engine/scope';
import type { Step } from '@gennaker/expressions/steps';
import { resolveNow, type Trying } from './resolve-now.ts';
import { engineSteps, type World } from './world.ts';

/**
 * Evaluates an expression as it would be in a stage of an execution (or without one); `detail` lists what failed.
 * `parent`: what `trigger.parentExecution` is.
 * @throws ServiceError 404 for an unknown stage.
 */
export async function evaluateExpression(
  world: World,
  state: ExecutionState,
  expression: string,
  stageId: string | undefined,
  trying: Trying,
  parent?: Json,
): Promise<{ result: unknown; detail?: unknown }> {
  const scope = scopeIn(state, stageId);
  const { value, problems } = await resolveNow(world, state, expression, scope, trying, parent);
  return { result: value, ...detailOf(problems) };
}

/** The same, with each part of the expressions and its value. */
export async function previewExpression(
  world: World,
  state: ExecutionState,
  text: string,
  stageId: string | undefined,
  trying: Trying,
  parent?: Json,
): Promise<{ result: unknown; detail?: unknown; steps: Step[]; names: string[] }> {
  const scope = scopeIn(state, stageId);
  const { value, problems, answers } = await resolveNow(world, state, text, scope, trying, parent);
  const steps = engineSteps(world, text, { ...scope, answers }, parent);
  return { result: value, ...detailOf(problems), steps: [...steps], names: namesIn(state, stageId) };
}

/** What an expression can begin with in a stage. */
function namesIn(state: ExecutionState, stageId: string | undefined): string[] {
  const stage = stageId === undefined ? undefined : state.stages[stageId];
  const fields = stage
    ? [stage.context, ...ancestors(state, stage).map(({ outputs }) => outputs)].flatMap(Object.keys)
    : [];
  const parameters = Object.keys(state.trigger.parameters ?? {}).map((name) => `parameters.${name}`);
  const names = [...ROOT_NAMES, ...parameters, ...fields].filter((name) => /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name));
  return [...new Set([...names.toSorted(), ...FUNCTION_NAMES.map((name) => `#${name}(`)])];
}

function scopeIn(state: ExecutionState, stageId: string | undefined): ExpressionScope {
  const stage = stageId === undefined ? undefined : state.stages[stageId];
  if (stageId !== undefined && !stage)
    throw new ServiceError(404, `The execution ${state.id} has no stage ${stageId}`, { field: 'stageId' });
  return expressionScope(state, stage);
}

/** What could not be evaluated, by expression; nothing when all could. */
export function detailOf(problems: readonly ExpressionProblem[]): { readonly detail?: Json } {
  if (problems.length === 0) return {};
  return { detail: Object.fromEntries(problems.map((problem) => [problem.expression, [problem]])) };
}
