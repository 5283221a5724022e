import type { Reason } from '@gennaker/contracts/execution';
import {
  type Binding,
  bindOne,
  boundDocuments,
  distinct,
  expectationsOf,
  isConsidered,
  type PriorArtifacts,
  wantsEarlier,
} from './bind-artifacts.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * What a trigger binds of the artifacts that its pipeline expects. `waits`: those that nothing received matches and that use
 * a prior artifact, where no earlier execution was looked up: whoever starts the pipeline looks, and binds them anew.
 */
export type TriggerBinding =
  | {
      readonly bound: true;
      readonly bindings: readonly Binding[];
      readonly waits: readonly Binding[];
      readonly reason: Reason;
    }
  | { readonly bound: false; readonly bindings: readonly Binding[]; readonly reason: Reason };

/**
 * Binds the artifacts that a pipeline expects of a trigger: those that the trigger lists (`expectedArtifactIds`), and those
 * with a prior or default artifact. A default or prior artifact satisfies the trigger as one that was received does; an
 * expectation with nothing to be bound to refuses it. Pure: `prior` holds the artifacts of earlier executions, the newest
 * first; without it an expectation that uses them counts as bound for now.
 */
export function bindForTrigger(
  pipeline: Json,
  trigger: Json,
  received: readonly Json[],
  prior?: readonly PriorArtifacts[],
): TriggerBinding {
  const expectations = expectationsOf(pipeline['expectedArtifacts']).filter((one) => isConsidered(one, trigger));
  const offer = { received: distinct(received), ...(prior ? { prior } : {}) };
  const bindings = expectations.map((expectation) => bindOne(expectation, offer));
  const waits = prior ? [] : bindings.filter(wantsEarlier);
  const refused = bindings.find((binding) => binding.bound === undefined && !waits.includes(binding));
  if (refused) return { bound: false, bindings, reason: refused.reason };
  const told = bindings.map((binding) =>
    waits.includes(binding)
      ? `"${binding.expectation.title}" is that of an earlier execution${binding.bound ? ', or else its default' : ''}`
      : binding.reason.summary,
  );
  return {
    bound: true,
    bindings,
    waits,
    reason: { summary: told.length === 0 ? 'the pipeline expects no artifact of it' : told.join('; ') },
  };
}

/** A trigger with what it bound: its artifacts and the bound ones, and the expectations with theirs. */
export function withBoundArtifacts<T extends Json>(
  trigger: T,
  received: readonly Json[],
  bindings: readonly Binding[],
): T & { artifacts: Json[]; expectedArtifacts: Json[]; resolvedExpectedArtifacts: Json[] } {
  const resolved = boundDocuments(bindings);
  return {
    ...trigger,
    artifacts: distinct([...received, ...bindings.flatMap(({ bound }) => (bound ? [bound] : []))]),
    expectedArtifacts: resolved,
    resolvedExpectedArtifacts: resolved,
  };
}
