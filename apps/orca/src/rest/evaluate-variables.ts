import { badRequest } from '@gennaker/contracts/error';
import { expressionScope } from '@gennaker/engine/scope';
import type { ExecutionState, Json } from '@gennaker/engine/model';
import { engineEnv, type World } from '../world.ts';

/** A variable as it is posted; further keys are kept. */
type Variable = { readonly key: string; readonly value?: unknown } & Readonly<Record<string, unknown>>;

/**
 * Evaluates variables in order, each seeing those before it, in the place after the given stages (none: that of the whole
 * execution). `detail` lists by expression what failed; `parent`: what
 * `trigger.parentExecution` is.
 * @throws ServiceError 400 for a stage that is not there
 */
export function evaluateVariables(
  world: World,
  state: ExecutionState,
  refIds: readonly string[],
  variables: readonly Variable[],
  parent?: Json,
): { result: ({ key: string } & Record<string, unknown>)[]; detail?: unknown } {
  const stages = Object.values(state.stages);
  const missing = refIds.find((refId) => !stages.some((stage) => stage.refId === refId));
  if (missing !== undefined)
    throw badRequest(`The execution ${state.id} has no stage with refId ${missing}`, {
      field: 'requisiteStageRefIds',
      fix: `give some of ${stages.map((stage) => stage.refId).join(', ')}`,
    });
  const first = stages[0];
  const stage = first && {
    ...first,
    id: 'evaluateVariables',
    refId: 'evaluateVariables',
    requisiteStageRefIds: refIds,
    context: {},
    outputs: {},
  };
  const scope = expressionScope(state, stage);
  const known = new Map<string, unknown>();
  const env = engineEnv(world, parent);
  const detail: Record<string, unknown> = {};
  const result = variables.map((variable) => {
    const { value, problems } = env.resolve(variable.value, {
      lookup: (name) => (known.has(name) ? known.get(name) : scope.lookup(name)),
    });
    known.set(variable.key, value);
    for (const problem of problems) detail[problem.expression] = [problem];
    return { ...variable, value };
  });
  return { result, ...(Object.keys(detail).length === 0 ? {} : { detail }) };
}
