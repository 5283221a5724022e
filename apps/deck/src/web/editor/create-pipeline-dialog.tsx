import { Button, Group, Modal, TextInput } from '@mantine/core';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useSavePipeline } from '../queries/pipelines.ts';

/** Asks for a name, stores an empty pipeline and opens the editor. */
export function CreatePipelineDialog({
  application,
  opened,
  onClose,
  taken,
}: {
  readonly application: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly taken: readonly string[];
}) {
  const navigate = useNavigate();
  const save = useSavePipeline(application);
  const [name, setName] = useState('');
  const used = taken.some((each) => each.toLowerCase() === name.trim().toLowerCase());
  return (
    <Modal opened={opened} closeOnClickOutside={false} onClose={onClose} title="Create pipeline">
      <form
        style={{ display: 'grid', gap: 14 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '' || used) return;
          save.mutate(
            { application, name: name.trim(), stages: [], triggers: [], parameterConfig: [] },
            {
              onSuccess: ({ pipeline }) =>
                void navigate({
                  to: '/applications/$application/executions/configure/$pipelineId',
                  params: { application, pipelineId: pipeline.id ?? '' },
                  search: {},
                }),
            },
          );
        }}
      >
        <TextInput
          label="Name"
          withAsterisk
          data-autofocus
          placeholder="Deploy to production"
          value={name}
          error={used ? 'A pipeline is called so already' : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {save.isError ? <ErrorPanel title="The pipeline was not created" error={save.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" disabled={name.trim() === '' || used} loading={save.isPending}>
            Create
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
