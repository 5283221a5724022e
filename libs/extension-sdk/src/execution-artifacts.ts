import type { ExecutionView } from '@gennaker/contracts/execution';

type Json = Readonly<Record<string, unknown>>;

const objects = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((one): one is Json => one !== null && typeof one === 'object') : [];

/** The artifacts of an execution: those of its stages, the last first, then those that it began with. */
export function artifactsOfExecution({ stages, trigger }: Pick<ExecutionView, 'stages' | 'trigger'>): Json[] {
  const ofStages = stages.toReversed().flatMap(({ outputs }) => objects(outputs['artifacts']));
  return [...ofStages, ...objects(trigger.artifacts)];
}
