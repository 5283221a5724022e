import { randomUUID } from 'node:crypto';
import type { Env, ExpressionScope } from '@gennaker/engine/messages';
import type { Json } from '@gennaker/engine/model';
import type { TaskWorld } from '@gennaker/engine/run-task';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import { type StrategyDefinition, strategyNamed } from '@gennaker/extension-sdk/strategy';
import type { Ports } from '@gennaker/extension-sdk/ports';
import { answerLookup } from '@gennaker/expressions/answer-lookup';
import { lookupKey, lookupSchema } from '@gennaker/expressions/lookups';
import { resolve } from '@gennaker/expressions/resolve';
import { type Step, stepsOf } from '@gennaker/expressions/steps';
import type { Options } from '@gennaker/expressions/surroundings';
import type { Clock } from '@gennaker/service/clock';
import type { TaskBackoffs } from '@gennaker/service/task-backoffs';

/** What orca's parts share: the time, the stage definitions, and the services that tasks reach. */
export interface World {
  readonly clock: Clock;
  readonly definitions: ReadonlyMap<string, AnyStageDefinition>;
  readonly strategies: readonly StrategyDefinition[];
  readonly ports: Ports;
  /** Characters of base64 beyond which an artifact's content is kept apart; absent: none is. */
  readonly artifactsAbove?: number;
  /** How long waiting tasks leave between two looks, as configured; absent: as long as they ask for. */
  readonly backoffs?: TaskBackoffs;
}

/** Stage definitions by type and alias. */
export function definitionMap(definitions: Iterable<AnyStageDefinition>): ReadonlyMap<string, AnyStageDefinition> {
  const map = new Map<string, AnyStageDefinition>();
  for (const definition of definitions)
    for (const type of [definition.type, ...(definition.aliases ?? [])]) {
      if (map.has(type)) throw new Error(`Two stage definitions claim the type "${type}": rename one of them.`);
      map.set(type, definition);
    }
  return map;
}

/** What runs of tasks are given; `parent`: what `trigger.parentExecution` is in expressions. */
export function taskWorld(world: World, parent?: Json): TaskWorld {
  return {
    clock: world.clock,
    ports: world.ports,
    env: () => engineEnv(world, parent),
    lookUp: (lookup, asking) => answerLookup(world.ports, lookupSchema.parse(lookup), asking),
  };
}

/** What the engine decides with, now. */
export function engineEnv(world: World, parent?: Json): Env {
  const now = world.clock.now();
  return {
    now,
    definition: (type) => world.definitions.get(type),
    strategy: (name) => strategyNamed(world.strategies, name),
    ...(world.backoffs && { backoff: world.backoffs.atLeast }),
    ...(world.backoffs?.max !== undefined && { maxBackoff: world.backoffs.max }),
    resolve: (value, scope) => resolve(value, parent ? underParent(scope, parent) : scope, optionsOf(scope, now)),
  };
}

/** What the parts of a text's expressions come to, as `engineEnv` would evaluate them. */
export function engineSteps(world: World, text: string, scope: ExpressionScope, parent?: Json): readonly Step[] {
  return stepsOf(text, parent ? underParent(scope, parent) : scope, optionsOf(scope, world.clock.now()));
}

function optionsOf({ stageId, user, unknownKeys, answers = {} }: ExpressionScope, now: number): Options {
  return {
    now,
    lookUp: (lookup) => answers[lookupKey(lookup)],
    seed: randomUUID(),
    ...(stageId === undefined ? {} : { stageId }),
    ...(user === undefined ? {} : { user }),
    ...(unknownKeys === undefined ? {} : { unknownKeys }),
  };
}

/** Names as a scope has them, with the whole parent in the trigger. */
function underParent(scope: ExpressionScope, parent: Json): ExpressionScope {
  const withParent = (trigger: unknown): Json => ({ ...(trigger as Json), parentExecution: parent });
  return {
    ...scope,
    lookup(name) {
      const found = scope.lookup(name);
      if (name === 'trigger') return withParent(found);
      // At the pipeline's start there is no execution to speak of yet.
      if (name !== 'execution' || found === undefined) return found;
      const execution = found as Json;
      return { ...execution, trigger: withParent(execution['trigger']) };
    },
  };
}
