import { Button, Checkbox, Group, NumberInput, TagsInput, TextInput } from '@mantine/core';
import type { Authorization } from '@gennaker/contracts/people';
import { AUTHORIZATIONS } from '@gennaker/contracts/people';
import { CopyText, ErrorPanel, Note } from '@gennaker/ui/panels';
import { useState } from 'react';
import { useApplications } from '../queries/applications.ts';
import { useCreateToken } from '../queries/people.ts';
import { Dialog } from '../shell/dialog.tsx';

const DAY_MS = 24 * 3600 * 1000;
const RIGHTS: Readonly<Record<Authorization, string>> = {
  READ: 'Read',
  WRITE: 'Change applications and pipelines',
  EXECUTE: 'Start, approve and cancel executions',
};

/** Makes a token and shows it once. `longest`: days that it may live. */
export function TokenDialog({ longest, onClose }: { readonly longest: number; readonly onClose: () => void }) {
  const create = useCreateToken();
  const known = useApplications().data ?? [];
  const [name, setName] = useState('');
  const [days, setDays] = useState(Math.min(30, longest));
  const [rights, setRights] = useState<string[]>([...AUTHORIZATIONS]);
  const [applications, setApplications] = useState<string[]>([]);
  const authorizations = AUTHORIZATIONS.filter((each) => rights.includes(each));
  if (create.data)
    return (
      <Dialog onClose={onClose} title={`Token ${create.data.name}`}>
        <Note look="paused" title="Copy it now: it is not shown again" />
        <p className="gk-mono" style={{ display: 'flex', gap: 8, alignItems: 'center', overflowWrap: 'anywhere' }}>
          <span data-token>{create.data.token}</span>
          <CopyText text={create.data.token} label="Copy the token" />
        </p>
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Dialog>
    );
  return (
    <Dialog onClose={onClose} title="Make a token">
      <form
        className="form-stack"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({
            name: name.trim(),
            expiresAt: Date.now() + days * DAY_MS,
            scope: {
              ...(authorizations.length < AUTHORIZATIONS.length ? { authorizations } : {}),
              ...(applications.length > 0 ? { applications } : {}),
            },
          });
        }}
      >
        <TextInput
          label="Name"
          description="What uses it, such as the build that starts pipelines"
          withAsterisk
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NumberInput
          label="Days until it ends"
          min={1}
          max={longest}
          value={days}
          onChange={(value) => setDays(Math.min(longest, Math.max(1, Number(value) || 1)))}
        />
        <Checkbox.Group label="It may" value={rights} onChange={setRights}>
          <div className="form-stack" style={{ gap: 6, marginTop: 6 }}>
            {AUTHORIZATIONS.map((each) => (
              <Checkbox key={each} size="xs" value={each} label={RIGHTS[each]} />
            ))}
          </div>
        </Checkbox.Group>
        <TagsInput
          label="Only in these applications"
          description="None: in all that you may use"
          data={known.map((each) => each.name)}
          value={applications}
          onChange={setApplications}
        />
        {create.isError ? <ErrorPanel title="The token was not made" error={create.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === '' || authorizations.length === 0}>
            Make it
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
