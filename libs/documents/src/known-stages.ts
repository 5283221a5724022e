import type { CustomStageType, PreconfiguredWebhook } from '@gennaker/contracts/custom-stages';
import { customStageTypes } from '@gennaker/extension-sdk/custom-stage-type';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import { stages } from '@gennaker/stages/server';
import { preconfiguredWebhooks } from '@gennaker/stages/webhook/preconfigured';
import { strategies } from '@gennaker/strategies/server';
import type { KnownStages } from './judge-stage.ts';

/** The stage types that a configuration adds to those of the build. */
export interface ConfiguredStages {
  readonly webhooks: readonly PreconfiguredWebhook[];
  readonly stageTypes: readonly CustomStageType[];
}

/** The stage types of this build and of a configuration, its clouds and strategies. */
export function knownStages(configured: ConfiguredStages = { webhooks: [], stageTypes: [] }): KnownStages {
  const definitions = new Map<string, AnyStageDefinition>();
  const add = (more: readonly AnyStageDefinition[]): void => {
    for (const definition of more)
      for (const type of [definition.type, ...(definition.aliases ?? [])]) definitions.set(type, definition);
  };
  add(Object.values(stages));
  add(preconfiguredWebhooks(configured.webhooks));
  add(customStageTypes(configured.stageTypes, (type) => definitions.get(type)));
  return {
    definitions,
    providers: new Set(['gce']),
    strategies: new Set(
      Object.values(strategies).flatMap(({ type, aliases }) =>
        [type, ...(aliases ?? [])].map((name) => name.toLowerCase()),
      ),
    ),
  };
}
