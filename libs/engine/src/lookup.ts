import type { PlanView, PlannedStage } from '@gennaker/extension-sdk/stage';
import { ancestors, graphOf } from './graph.ts';
import type { Env } from './messages.ts';
import type { ExecutionState, StageState } from './model.ts';

/** Nearest ancestor output of a key (the stage itself first), or undefined. */
export function ancestorOutput(state: ExecutionState, stage: StageState, key: string): unknown {
  return ancestorOutputs(state, stage, key)[0];
}

/** Every ancestor output of a key, nearest first. */
export function ancestorOutputs(state: ExecutionState, stage: StageState, key: string): unknown[] {
  return ancestors(state, stage)
    .filter((ancestor) => Object.hasOwn(ancestor.outputs, key))
    .map((ancestor) => ancestor.outputs[key]);
}

/** The stage as its definition sees it. */
export function plannedStage(stage: StageState): PlannedStage {
  return {
    id: stage.id,
    refId: stage.refId,
    type: stage.type,
    name: stage.name,
    context: stage.context,
    outputs: stage.outputs,
    ...(stage.parentStageId === undefined ? {} : { parentStageId: stage.parentStageId }),
  };
}

/** What a definition may know while planning. */
export function planView(state: ExecutionState, stage: StageState, env?: Pick<Env, 'strategy'>): PlanView {
  return {
    application: state.application,
    executionId: state.id,
    pipeline: state.name,
    trigger: state.trigger,
    ancestorOutput: (key) => ancestorOutput(state, stage, key),
    ancestorOutputs: (key) => ancestorOutputs(state, stage, key),
    get children() {
      return graphOf(state)
        .children(stage.id)
        .map((child) => ({ ...plannedStage(child), status: child.status }));
    },
    ...(env?.strategy ? { strategy: env.strategy } : {}),
  };
}
