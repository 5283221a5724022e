import type { JsonObject, PlannedStage, SyntheticStage } from './stage.ts';

/** How a new server group replaces old ones: the stages that follow the new group's creation. Pure. */
export interface StrategyDefinition {
  readonly type: string;
  readonly label: string;
  readonly description: string;
  /** Stages after the new server group is healthy; `created` is its name, `context` the deploy's cluster description. */
  afterStages(
    stage: PlannedStage,
    context: Readonly<JsonObject>,
    created: { readonly serverGroupName: string; readonly region: string; readonly account: string },
  ): readonly SyntheticStage[];
}

/** Declares a strategy. */
export function defineStrategy(definition: StrategyDefinition): StrategyDefinition {
  return definition;
}
