import { ancestorOutput } from './lookup.ts';
import { inReadingOrder } from './graph.ts';
import type { ExpressionScope } from './messages.ts';
import type { ExecutionState, Json, StageState } from './model.ts';

/**
 * Where a stage's expressions find names: `execution`, `trigger`, `parameters`, `templateVariables`,
 * then the stage's own context, then its ancestors' outputs, nearest first.
 */
export function expressionScope(state: ExecutionState, stage?: StageState): ExpressionScope {
  let execution: unknown;
  return {
    user: state.authentication.user,
    ...(stage && { stageId: stage.id }),
    ...(stage?.answers && { answers: stage.answers }),
    lookup(name) {
      if (name === 'execution') return (execution ??= executionForExpressions(state));
      if (name === 'trigger') return state.trigger;
      if (name === 'templateVariables' && state.templateVariables) return state.templateVariables;
      if (name === 'parameters') return state.trigger.parameters ?? {};
      if (!stage) return undefined;
      if (Object.hasOwn(stage.context, name)) return stage.context[name];
      return ancestorOutput(state, stage, name);
    },
  };
}

/**
 * The same at the pipeline's start, before any stage: the trigger, its parameters and the template's variables. What names
 * anything else waits for its stage.
 */
export function startScope(state: ExecutionState): ExpressionScope {
  const names: Json = {
    trigger: state.trigger,
    parameters: state.trigger.parameters ?? {},
    ...(state.templateVariables && { templateVariables: state.templateVariables }),
  };
  return {
    user: state.authentication.user,
    unknownKeys: 'error',
    lookup: (name) => (Object.hasOwn(names, name) ? names[name] : undefined),
  };
}

/** `execution` in expressions: the API's words, and `context` with all outputs merged. */
export function executionForExpressions(state: ExecutionState): Json {
  const stages = inReadingOrder(state);
  return {
    id: state.id,
    type: state.type,
    name: state.name,
    application: state.application,
    status: state.status,
    buildTime: state.buildTime,
    startTime: state.startTime ?? null,
    pipelineConfigId: state.pipelineConfigId ?? null,
    trigger: state.trigger,
    authentication: { user: state.authentication.user },
    canceled: state.canceled,
    stages: stages.map((stage) => ({
      id: stage.id,
      refId: stage.refId,
      requisiteStageRefIds: stage.requisiteStageRefIds,
      type: stage.type,
      name: stage.name,
      status: stage.status,
      startTime: stage.startTime ?? null,
      endTime: stage.endTime ?? null,
      parentStageId: stage.parentStageId ?? null,
      hasSucceeded: stage.status === 'SUCCEEDED',
      hasFailed: stage.status === 'TERMINAL',
      context: stage.context,
      outputs: stage.outputs,
    })),
    context: Object.assign({}, ...stages.map((stage) => stage.outputs)) as unknown,
  };
}
