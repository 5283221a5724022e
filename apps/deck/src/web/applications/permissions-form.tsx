import { Button, Group } from '@mantine/core';
import type { Application } from '@gennaker/contracts/front50';
import { AUTHORIZATIONS, type Authorization, permissionsSchema } from '@gennaker/contracts/people';
import { WordsField } from '@gennaker/ui/fields';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { useState } from 'react';
import { useUpdateApplication } from '../queries/applications.ts';

const WORDS: Readonly<Record<Authorization, string>> = {
  READ: 'May look at it',
  WRITE: 'May change it and its pipelines',
  EXECUTE: 'May start its pipelines',
};

/** Which roles may do what with an application. */
export function PermissionsForm({ stored }: { readonly stored: Application }) {
  const parsed = permissionsSchema.safeParse(stored['permissions'] ?? {});
  const [permissions, setPermissions] = useState(parsed.data ?? {});
  const [dirty, setDirty] = useState(false);
  const save = useUpdateApplication(stored.name);
  const open = AUTHORIZATIONS.filter((each) => (permissions[each] ?? []).length === 0);
  return (
    <form
      className="form-stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ what: 'permissions', attributes: { permissions } }, { onSuccess: () => setDirty(false) });
      }}
    >
      {parsed.success ? null : (
        <Note
          look="failed"
          title="The stored permissions cannot be followed"
          why={parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}
          next="Saving here replaces them."
        />
      )}
      {AUTHORIZATIONS.map((each) => (
        <WordsField
          key={each}
          label={WORDS[each]}
          help={open.includes(each) ? 'No role: open to everybody. Enter adds one.' : 'Enter adds a role'}
          value={permissions[each] ?? []}
          onChange={(roles) => {
            setPermissions({ ...permissions, [each]: roles });
            setDirty(true);
          }}
        />
      ))}
      {save.isError ? <ErrorPanel title="The permissions were not saved" error={save.error} /> : null}
      <Group gap="xs">
        <Button type="submit" loading={save.isPending} disabled={!dirty}>
          Save permissions
        </Button>
        <span className="gk-muted" role="status">
          {dirty ? 'Not saved yet' : save.isSuccess ? 'Saved' : ''}
        </span>
      </Group>
    </form>
  );
}
