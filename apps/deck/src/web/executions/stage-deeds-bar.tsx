import { Button, Group, Modal, Tooltip } from '@mantine/core';
import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useState } from 'react';
import { useStageDeed } from '../queries/actions.ts';
import type { OfferedDeed } from './stage-deeds.ts';
import { deedsFor } from './stage-deeds.ts';

/** Buttons for what can be done with a stage now; the big ones say what will happen and ask once more. */
export function StageDeedsBar({ execution, stage }: { readonly execution: ExecutionView; readonly stage: StageView }) {
  const deed = useStageDeed();
  const [asking, setAsking] = useState<OfferedDeed>();
  const offered = deedsFor(execution, stage);
  const run = (what: OfferedDeed): void =>
    deed.mutate(
      { id: execution.id, stageId: what.stageId, deed: what.deed },
      { onSuccess: () => setAsking(undefined) },
    );
  if (offered.length === 0 && !deed.isError) return null;
  return (
    <div className="deeds">
      <Group gap="xs" role="group" aria-label={`Actions for ${stage.name}`}>
        {offered.map((what) => (
          <Tooltip key={what.deed} label={what.preview} multiline maw={340}>
            <Button
              size="compact-sm"
              variant="default"
              loading={deed.isPending && deed.variables.deed === what.deed}
              onClick={() => {
                deed.reset();
                if (what.confirm) setAsking(what);
                else run(what);
              }}
            >
              {what.label}
            </Button>
          </Tooltip>
        ))}
      </Group>
      {deed.isError && !asking ? <ErrorPanel title="It was not done" error={deed.error} /> : null}
      <Modal opened={asking !== undefined} onClose={() => setAsking(undefined)} title={asking?.label}>
        {asking ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              run(asking);
            }}
          >
            <p className="dialog-text">{asking.preview}</p>
            {deed.isError ? <ErrorPanel title="It was not done" error={deed.error} /> : null}
            <Group justify="flex-end" gap="xs" mt="md">
              <Button variant="default" onClick={() => setAsking(undefined)}>
                Leave it
              </Button>
              <Button type="submit" data-autofocus loading={deed.isPending}>
                {asking.label}
              </Button>
            </Group>
          </form>
        ) : null}
      </Modal>
    </div>
  );
}
