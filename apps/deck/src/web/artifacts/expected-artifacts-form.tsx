import { useDebouncedValue } from '@mantine/hooks';
import type { Pipeline } from '@gennaker/contracts/front50';
import { ErrorPanel } from '@gennaker/ui/panels';
import { expectedArtifactsOf, useArtifactBindings } from '../queries/artifacts.ts';
import { ExpectedArtifactList } from './expected-artifact-list.tsx';

/** Quiet (ms) after which what was typed is looked up. */
const LOOK_AFTER_MS = 400;

/** The artifacts that a pipeline expects of what starts it, and what a start would bind now. */
export function ExpectedArtifactsForm({
  pipeline,
  onEdit,
}: {
  readonly pipeline: Pipeline;
  readonly onEdit: (pipeline: Pipeline, field?: string) => void;
}) {
  const expected = expectedArtifactsOf(pipeline);
  const [settled] = useDebouncedValue(pipeline, LOOK_AFTER_MS);
  const bindings = useArtifactBindings(settled);
  // Those of fewer or more expectations would stand at the wrong ones.
  const known = bindings.data?.bindings.length === expected.length ? bindings.data.bindings : undefined;
  return (
    <>
      <ExpectedArtifactList
        title="Expected artifacts"
        none="It expects none. An artifact that a build, an image or a webhook brings is bound by its name, for stages to use."
        expected={expected}
        bindings={known}
        prior
        onChange={(expectedArtifacts, field) => onEdit({ ...pipeline, expectedArtifacts }, field)}
      />
      {bindings.isError && expected.length > 0 ? (
        <ErrorPanel title="What would be bound now is not known" error={bindings.error} />
      ) : null}
    </>
  );
}
