import { badRequest } from '@gennaker/contracts/error';
import { expressionScope } from '@gennaker/engine/scope';
import type { ExpressionProblem } from '@gennaker/engine/messages';
import type { ExecutionState, Json } from '@gennaker/engine/model';
import { detailOf } from '../evaluate-expression.ts';
import { resolveNow, type Trying } from '../resolve-now.ts';
import type { World } from '../world.ts';

/** A variable as it is posted; further keys are kept. */
type Variable = { readonly key: string; readonly value?: unknown } & Readonly<Record<string, unknown>>;

/**
 * Evaluates variables in order, each seeing those before it, in the place after the given stages (none: that of the whole
 * execution); with the version v3 they do not see each other. A variable keeps its text in `sourceValue`, as the stage does.
 * `detail` lists by expression what failed; `parent`: what `trigger.parentExecution` is.
 * @throws ServiceError 400 for a stage that is not there
 */
export async function evaluateVariables(
  world: World,
  state: ExecutionState,
  refIds: readonly string[],
  variables: readonly Variable[],
  { version, ...trying }: Trying & { readonly version?: string | undefined },
  parent?: Json,
): Promise<{ result: ({ key: string } & Record<string, unknown>)[]; detail?: unknown }> {
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
  // It stands among the stages to see those before it; in `execution` it does not.
  const standing = stage ? { ...state, stages: { ...state.stages, [stage.id]: stage } } : state;
  const [scope, outside] = [expressionScope(standing, stage), expressionScope(state)];
  const known = new Map<string, unknown>();
  const failed: ExpressionProblem[] = [];
  const result: Variable[] = [];
  for (const variable of variables) {
    const lookup = (name: string): unknown =>
      known.has(name) ? known.get(name) : (name === 'execution' ? outside : scope).lookup(name);
    const { value, problems } = await resolveNow(world, state, variable.value, { ...scope, lookup }, trying, parent);
    if (version !== 'v3') known.set(variable.key, value);
    failed.push(...problems);
    result.push({ ...variable, value, sourceValue: variable.value });
  }
  return { result, ...detailOf(failed) };
}
