import { bindOne, boundDocuments, distinct, expectationsOf } from './bind-artifacts.ts';
import type { JsonObject, TaskContext, TaskDefinition, TaskResult } from './stage.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/**
 * Binds what a stage expects to what was produced, as `resolvedExpectedArtifacts` of its outputs, which later stages read. Of
 * several that match, the first is taken: a bake for two regions produces two. An expectation without an artifact fails.
 */
export function bindProduced(expected: unknown, produced: readonly Json[]): TaskResult {
  const artifacts = distinct(produced);
  const bindings = expectationsOf(expected).map((expectation) =>
    bindOne(expectation, { received: artifacts, prior: [], several: 'first' }),
  );
  const refused = bindings.find(({ bound }) => bound === undefined);
  if (refused) return { status: 'TERMINAL', reason: refused.reason };
  const outputs = { artifacts, resolvedExpectedArtifacts: boundDocuments(bindings) };
  return {
    status: 'SUCCEEDED',
    context: outputs,
    outputs,
    reason: { summary: bindings.map(({ reason }) => reason.summary).join('; ') || 'No artifact is expected' },
  };
}

/**
 * The last task of a stage that produces artifacts: none where the stage expects nothing of them. `further`: artifacts of its
 * context that stand elsewhere than under `artifacts`.
 */
export function bindsProduced(
  context: Readonly<JsonObject>,
  further: (context: Readonly<JsonObject>) => unknown = () => [],
): TaskDefinition<JsonObject>[] {
  if (expectationsOf(context['expectedArtifacts']).length === 0) return [];
  const run = async ({ context: now, stage }: TaskContext<JsonObject>): Promise<TaskResult> =>
    bindProduced(
      now['expectedArtifacts'],
      [stage.outputs['artifacts'], now['artifacts'], further(now)].flatMap(objects),
    );
  return [{ name: 'bindProducedArtifacts', run }];
}
