import { Select, Skeleton } from '@mantine/core';
import type { ArtifactBinding } from '@gennaker/contracts/artifacts';
import type { Pipeline } from '@gennaker/contracts/front50';
import { ErrorPanel, ReasonNote } from '@gennaker/ui/panels';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { useArtifactBindings } from '../queries/artifacts.ts';
import { artifactWords } from './artifact-words.ts';
import { BindingLine } from './binding-line.tsx';

/** Which artifact a start brings for each expectation, by its id. */
export type PickedArtifacts = Readonly<Record<string, JsonObject>>;

/** For each artifact that a pipeline expects: what would be bound now, and others to choose from. */
export function ArtifactPicker({
  pipeline,
  picked,
  onPick,
}: {
  readonly pipeline: Pipeline;
  readonly picked: PickedArtifacts;
  readonly onPick: (picked: PickedArtifacts) => void;
}) {
  const alone = useArtifactBindings(pipeline);
  const chosen = useArtifactBindings(pipeline, Object.values(picked));
  if (alone.isPending) return <Skeleton height={60} radius="md" role="status" aria-label="Looking for artifacts" />;
  if (alone.isError) return <ErrorPanel title="What would be bound is not known" error={alone.error} />;
  return (
    <section className="gk-rows" aria-label="Artifacts">
      {alone.data.bindings.map((binding, index) => (
        <Pick
          key={binding.id}
          binding={binding}
          now={chosen.data?.bindings[index] ?? binding}
          picked={picked[binding.id]}
          onPick={(artifact) =>
            onPick(
              Object.fromEntries(
                Object.entries({ ...picked, [binding.id]: artifact }).filter(
                  (entry): entry is [string, JsonObject] => entry[1] !== undefined,
                ),
              ),
            )
          }
        />
      ))}
      {chosen.data?.problem ? <ReasonNote reason={chosen.data.problem} look="paused" /> : null}
    </section>
  );
}

function Pick({
  binding,
  now,
  picked,
  onPick,
}: {
  readonly binding: ArtifactBinding;
  readonly now: ArtifactBinding;
  readonly picked: JsonObject | undefined;
  readonly onPick: (artifact: JsonObject | undefined) => void;
}) {
  const fitting = binding.offers.filter(({ matches }) => matches);
  const at = picked === undefined ? -1 : fitting.findIndex(({ artifact }) => artifact === picked);
  return (
    <div>
      {fitting.length > 0 ? (
        <Select
          label={binding.displayName}
          placeholder="What is bound by itself"
          clearable
          clearButtonProps={{ 'aria-label': `${binding.displayName}: what is bound by itself` }}
          data={fitting.map(({ artifact }, index) => ({ value: String(index), label: artifactWords(artifact) }))}
          value={at < 0 ? null : String(at)}
          onChange={(value) => onPick(value === null ? undefined : fitting[Number(value)]?.artifact)}
        />
      ) : (
        <div className="picked-name">{binding.displayName}</div>
      )}
      <BindingLine binding={now} />
    </div>
  );
}
