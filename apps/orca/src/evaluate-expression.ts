import { ServiceError } from '@gennaker/contracts/error';
import { expressionScope } from '@gennaker/engine/scope';
import type { ExecutionState, Json } from '@gennaker/engine/model';
import { engineEnv, type World } from './world.ts';

/**
 * Evaluates an expression as it would be in a stage of an execution (or without one); `detail` lists what failed.
 * `parent`: what `trigger.parentExecution` is.
 * @throws ServiceError 404 for an unknown stage.
 */
export function evaluateExpression(
  world: World,
  state: ExecutionState,
  expression: string,
  stageId: string | undefined,
  parent?: Json,
): { result: unknown; detail?: unknown } {
  const stage = stageId === undefined ? undefined : state.stages[stageId];
  if (stageId !== undefined && !stage)
    throw new ServiceError(404, `The execution ${state.id} has no stage ${stageId}`, { field: 'stageId' });
  const { value, problems } = engineEnv(world, parent).resolve(expression, expressionScope(state, stage));
  return {
    result: value,
    ...(problems.length === 0
      ? {}
      : { detail: Object.fromEntries(problems.map((problem) => [problem.expression, [problem]])) }),
  };
}
