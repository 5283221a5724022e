import { Button, Group, TextInput } from '@mantine/core';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useDeleteApplication } from '../queries/applications.ts';
import { Dialog } from '../shell/dialog.tsx';

/** Asks whether an application is to go; its name is typed first. */
export function DeleteApplicationDialog({
  application,
  onClose,
}: {
  readonly application: string;
  readonly onClose: () => void;
}) {
  const navigate = useNavigate();
  const remove = useDeleteApplication(application);
  const [typed, setTyped] = useState('');
  return (
    <Dialog onClose={onClose} title={`Delete ${application}?`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === application)
            remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/applications', search: {} }) });
        }}
      >
        <p className="dialog-text">
          Its pipelines and notifications go with it, and it leaves its projects. Its server groups, load balancers and
          firewalls keep running. What is deleted waits among the deleted things, from where the application, and then
          each pipeline, can be restored.
        </p>
        <TextInput
          data-autofocus
          label={`Type “${application}” to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {remove.isError ? <ErrorPanel title="The application was not deleted" error={remove.error} /> : null}
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button type="submit" color="red" disabled={typed !== application} loading={remove.isPending}>
            Delete {application}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
