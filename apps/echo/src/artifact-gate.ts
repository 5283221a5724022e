import { bindForTrigger } from '@gennaker/extension-sdk/bind-for-trigger';
import type { StartGate } from './start-gates.ts';

/** Lets a start pass when every artifact that it expects is there: received, of an earlier execution, or a default. */
export const artifactGate: StartGate = ({ pipeline, trigger }) => {
  const binding = bindForTrigger(pipeline, trigger, trigger.artifacts ?? []);
  return binding.bound ? undefined : binding.reason;
};
