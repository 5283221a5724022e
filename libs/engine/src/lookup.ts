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
  return new StagePlanView(state, stage, env?.strategy);
}

class StagePlanView implements PlanView {
  readonly application: string;
  readonly executionId: string;
  readonly pipeline: string;
  readonly trigger: ExecutionState['trigger'];
  readonly strategy?: NonNullable<Env['strategy']>;
  readonly #state: ExecutionState;
  readonly #stage: StageState;

  constructor(state: ExecutionState, stage: StageState, strategy: Env['strategy']) {
    this.application = state.application;
    this.executionId = state.id;
    this.pipeline = state.name;
    this.trigger = state.trigger;
    if (strategy) this.strategy = strategy;
    this.#state = state;
    this.#stage = stage;
  }

  ancestorOutput(key: string): unknown {
    return ancestorOutput(this.#state, this.#stage, key);
  }

  ancestorOutputs(key: string): readonly unknown[] {
    return ancestorOutputs(this.#state, this.#stage, key);
  }

  get children(): PlanView['children'] {
    return graphOf(this.#state)
      .children(this.#stage.id)
      .map((child) => ({ ...plannedStage(child), status: child.status }));
  }
}
