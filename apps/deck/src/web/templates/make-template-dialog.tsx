import { Button, Group, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { PipelineTemplate } from '@gennaker/contracts/pipeline-templates';
import { TextAreaField, TextField } from '@gennaker/ui/fields';
import { ErrorPanel, JsonBlock } from '@gennaker/ui/panels';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreateTemplate, useTemplateOf } from '../queries/templates.ts';
import { Dialog } from '../shell/dialog.tsx';

/** Makes a template of a stored pipeline: what it would be is shown, named and described before it is stored. */
export function MakeTemplateDialog({
  pipeline,
  onClose,
}: {
  readonly pipeline: Pipeline & { readonly id: string };
  readonly onClose: () => void;
}) {
  const template = useTemplateOf(pipeline.id);
  return (
    <Dialog onClose={onClose} size="lg" title={`A template of ${pipeline.name}`}>
      {template.isPending ? (
        <Skeleton height={240} radius="lg" role="status" aria-label="Working out the template" />
      ) : template.isError ? (
        <ErrorPanel title="It can be no template" error={template.error} />
      ) : (
        <TemplateForm template={template.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function TemplateForm({ template, onClose }: { readonly template: PipelineTemplate; readonly onClose: () => void }) {
  const navigate = useNavigate();
  const create = useCreateTemplate();
  const [id, setId] = useState(template.id);
  const [metadata, setMetadata] = useState(template.metadata);
  const made = { ...template, id, metadata };
  const names = template.variables.map(({ name }) => name);
  return (
    <form
      className="form-stack"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(made, {
          onSuccess: () => {
            notifications.show({ message: `The template ${metadata.name} is stored.` });
            onClose();
            void navigate({ to: '/pipeline-templates' });
          },
        });
      }}
    >
      <p className="dialog-text">
        {names.length === 0
          ? 'It does what the pipeline does, the same in every application; it asks for nothing.'
          : `It asks for ${names.join(', ')}; the pipeline’s own values are what it takes where none is given.`}{' '}
        The pipeline stays as it is.
      </p>
      <TextField
        label="Id"
        required
        mono
        help="Pipelines refer to it by this; it cannot be changed"
        value={id}
        onChange={(value) => setId(value ?? '')}
      />
      <TextField
        label="Name"
        required
        value={metadata.name}
        onChange={(name) => setMetadata({ ...metadata, name: name ?? '' })}
      />
      <TextAreaField
        label="Description"
        rows={2}
        value={metadata.description}
        onChange={(description) => setMetadata({ ...metadata, description: description ?? '' })}
      />
      <details>
        <summary>The template as JSON</summary>
        <JsonBlock value={made} label="The template as JSON" />
      </details>
      {create.isError ? <ErrorPanel title="The template was not stored" error={create.error} /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button type="submit" loading={create.isPending} disabled={id === '' || metadata.name === ''}>
          Store the template
        </Button>
      </Group>
    </form>
  );
}
