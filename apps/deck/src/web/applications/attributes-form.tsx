import { Button, Group } from '@mantine/core';
import type { Application } from '@gennaker/contracts/front50';
import { FieldGrid, TextAreaField, TextField, Wide } from '@gennaker/ui/fields';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useState } from 'react';
import { useUpdateApplication } from '../queries/applications.ts';

const KEYS = ['email', 'description', 'aliases', 'repoType', 'repoProjectKey', 'repoSlug'] as const;

/** Who owns an application, what it is, where its source is. */
export function AttributesForm({ stored }: { readonly stored: Application }) {
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>(
    Object.fromEntries(KEYS.map((key) => [key, stored[key]])),
  );
  const [dirty, setDirty] = useState(false);
  const save = useUpdateApplication(stored.name);
  const field = (key: (typeof KEYS)[number]) => ({
    value: values[key],
    // A merge leaves out what is absent: an emptied field is sent as an empty text.
    onChange: (value: string | undefined) => {
      setValues({ ...values, [key]: value ?? '' });
      setDirty(true);
    },
  });
  const ownerless = String(values['email'] ?? '').trim() === '';
  return (
    <form
      className="form-stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          {
            what: 'attributes',
            attributes: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)),
          },
          { onSuccess: () => setDirty(false) },
        );
      }}
    >
      <FieldGrid>
        <TextField
          label="Owner e-mail"
          required
          error={ownerless ? 'An application needs the e-mail address of its owner' : undefined}
          {...field('email')}
        />
        <TextField label="Other names" help="Separated by commas" {...field('aliases')} />
        <Wide>
          <TextAreaField label="Description" {...field('description')} />
        </Wide>
        <TextField label="Kind of repository" placeholder="github" {...field('repoType')} />
        <TextField label="Owner of the repository" {...field('repoProjectKey')} />
        <TextField label="Repository" {...field('repoSlug')} />
      </FieldGrid>
      {save.isError ? <ErrorPanel title="The attributes were not saved" error={save.error} /> : null}
      <Group gap="xs">
        <Button type="submit" loading={save.isPending} disabled={!dirty || ownerless}>
          Save attributes
        </Button>
        <span className="gk-muted" role="status">
          {dirty ? 'Not saved yet' : save.isSuccess ? 'Saved' : ''}
        </span>
      </Group>
    </form>
  );
}
