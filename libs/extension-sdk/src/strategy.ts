import type { Capacity } from '@gennaker/contracts/cloud-views';
import type { PlacedServerGroup, ReplacedServerGroup } from '@gennaker/contracts/server-group-stage';
import { settingsProblems, type StrategyProblem } from '@gennaker/contracts/strategy-settings';
import { z } from 'zod';
import type { JsonObject, PlannedStage, PlanView, SyntheticStage } from './stage.ts';

/** A deploy as its strategy sees it while planning. `S`: the fields that the strategy reads, parsed by its schema. */
export interface StrategyDeploy<S> {
  /** The stage that makes the new server group. */
  readonly stage: PlannedStage;
  readonly view: PlanView;
  readonly settings: S;
  /** The whole description of the new server group; a nested `cluster` map is lifted to its top. */
  readonly description: Readonly<JsonObject>;
}

/** A deploy whose new server group is there. */
export interface MadeDeploy<S> extends StrategyDeploy<S> {
  /** Name of the cluster: app-stack-detail. */
  readonly cluster: string;
  readonly cloudProvider: string;
  readonly created: PlacedServerGroup;
  /** The server group that served before: the newest enabled one at the beginning. Absent: nothing served. */
  readonly source?: ReplacedServerGroup;
  /** How many instances the new server group is to have in the end. Absent: as many as the cloud gave it. */
  readonly wanted?: Capacity;
}

/** Between how many instances a cluster has while a deploy goes well. */
export interface InstanceBounds {
  /** Instances of all its server groups. */
  readonly most: number;
  /** Instances that serve. */
  readonly least: number;
}

/** Sizes of the server group that is replaced, and of the one that replaces it. */
export interface ReplacedSizes {
  readonly from: number;
  readonly to: number;
}

/** How a strategy is written. Every function is pure: what needs a look at the cloud is a stage that it asks for. */
export interface StrategySpec<S extends z.ZodType> {
  /** Its name in pipelines; matched case-insensitively, as the aliases are. */
  readonly type: string;
  readonly aliases?: readonly string[];
  readonly label: string;
  readonly description: string;
  /** The fields that it reads; must keep unknown keys (`z.looseObject`). Checked on save and at run. */
  readonly schema: S;
  /** What contradicts itself in settings of the right shape. */
  problems?(settings: z.output<S>): readonly StrategyProblem[];
  /** Absent: all of the old and all of the new at most, the smaller of the two at least. Undefined: nothing is promised. */
  bounds?(settings: z.output<S>, sizes: ReplacedSizes): InstanceBounds | undefined;
  /** What the new server group is made with in place of what is described, such as `{capacity: {min: 0, max: 0, desired: 0}}`. */
  prepare?(settings: z.output<S>, description: Readonly<JsonObject>): JsonObject;
  /** Stages in place of making a server group: for strategies that change the old one, or have a pipeline deploy. */
  insteadStages?(deploy: StrategyDeploy<z.output<S>>): readonly SyntheticStage[];
  /** Stages before anything is made. */
  beforeStages?(deploy: StrategyDeploy<z.output<S>>): readonly SyntheticStage[];
  /** Stages after the new server group is healthy: they give it the traffic and see to the older ones. */
  afterStages?(deploy: MadeDeploy<z.output<S>>): readonly SyntheticStage[];
  /**
   * Stages after a failure, once the new server group was made, in front of those that every deploy has (which give the
   * older server groups their traffic back and take the new one out): they end what the strategy holds.
   */
  onFailureStages?(deploy: MadeDeploy<z.output<S>>): readonly SyntheticStage[];
  /** Stages behind those: they tell of the failure. */
  takenBackStages?(deploy: MadeDeploy<z.output<S>>): readonly SyntheticStage[];
}

/** A deploy before its settings are parsed. */
type Raw<D> = Omit<D, 'settings'>;

/** How a new server group replaces old ones, as registries hold it: settings are parsed from the description. */
export interface StrategyDefinition {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly label: string;
  readonly description: string;
  /** Names of the fields that it reads. */
  readonly fields: readonly string[];
  /** What a description lacks or has wrong; values that are still expressions are not judged. */
  problems(description: Readonly<JsonObject>): readonly StrategyProblem[];
  /** What it promises; undefined: nothing. @throws Error naming the field, as all that follow */
  bounds(description: Readonly<JsonObject>, sizes: ReplacedSizes): InstanceBounds | undefined;
  prepare(description: Readonly<JsonObject>): JsonObject;
  /** Absent: it makes a server group. */
  readonly insteadStages?: (deploy: Raw<StrategyDeploy<unknown>>) => readonly SyntheticStage[];
  beforeStages(deploy: Raw<StrategyDeploy<unknown>>): readonly SyntheticStage[];
  afterStages(deploy: Raw<MadeDeploy<unknown>>): readonly SyntheticStage[];
  onFailureStages(deploy: Raw<MadeDeploy<unknown>>): readonly SyntheticStage[];
  takenBackStages(deploy: Raw<MadeDeploy<unknown>>): readonly SyntheticStage[];
}

/** Declares a strategy. */
export function defineStrategy<S extends z.ZodType>(spec: StrategySpec<S>): StrategyDefinition {
  const { type, aliases = [], label, description, schema, insteadStages } = spec;
  const problems = (described: Readonly<JsonObject>): StrategyProblem[] =>
    settingsProblems(schema, spec.problems, described);
  const settingsOf = (described: Readonly<JsonObject>): z.output<S> => {
    const [problem] = problems(described);
    if (problem)
      throw new Error(
        `Strategy ${type}: ${problem.field ? `${problem.field}: ` : ''}${problem.message}${problem.fix ? `; ${problem.fix}` : ''}`,
      );
    return schema.parse(described);
  };
  const parsed = <D extends Raw<StrategyDeploy<unknown>>>(deploy: D) => ({
    ...deploy,
    settings: settingsOf(deploy.description),
  });
  return {
    type,
    aliases,
    label,
    description,
    fields: schema instanceof z.ZodObject ? Object.keys(schema.shape) : [],
    problems,
    bounds: (described, sizes) =>
      spec.bounds
        ? spec.bounds(settingsOf(described), sizes)
        : { most: sizes.from + sizes.to, least: Math.min(sizes.from, sizes.to) },
    prepare: (described) => {
      const settings = settingsOf(described);
      return spec.prepare?.(settings, described) ?? {};
    },
    ...(insteadStages ? { insteadStages: (deploy) => insteadStages(parsed(deploy)) } : {}),
    beforeStages: (deploy) => spec.beforeStages?.(parsed(deploy)) ?? [],
    afterStages: (deploy) => spec.afterStages?.(parsed(deploy)) ?? [],
    onFailureStages: (deploy) => spec.onFailureStages?.(parsed(deploy)) ?? [],
    takenBackStages: (deploy) => spec.takenBackStages?.(parsed(deploy)) ?? [],
  };
}

/** The strategy of a name or alias, whatever its case; undefined: there is none. */
export function strategyNamed(strategies: Iterable<StrategyDefinition>, name: string): StrategyDefinition | undefined {
  const wanted = name.trim().toLowerCase();
  for (const strategy of strategies)
    if ([strategy.type, ...strategy.aliases].some((known) => known.toLowerCase() === wanted)) return strategy;
  return undefined;
}
