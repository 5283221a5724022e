import { Button, Checkbox, Group, Modal, Textarea } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useState } from 'react';
import { useCancel } from '../queries/executions.ts';
import { useMe } from '../queries/people.ts';
import { triggerSentence } from './trigger-sentence.ts';

/** Asks for a reason and cancels an execution; administrators may end it by force. */
export function CancelDialog({
  execution,
  opened,
  onClose,
}: {
  readonly execution: ExecutionView;
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const cancel = useCancel();
  const [reason, setReason] = useState('');
  const [force, setForce] = useState(false);
  const admin = useMe().data?.isAdmin === true;
  return (
    <Modal opened={opened} onClose={onClose} title={`Cancel ${execution.name}?`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          cancel.mutate({ id: execution.id, reason: reason.trim(), force: force && admin }, { onSuccess: onClose });
        }}
      >
        <p className="dialog-text">
          {triggerSentence(execution)}. What it has already changed in the cloud stays as it is; steps that are under
          way are given up.
        </p>
        <Textarea
          label="Reason"
          description="Kept with the execution, for whoever looks at it later"
          autosize
          minRows={2}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {admin ? (
          <Checkbox
            mt="md"
            label="End it at once, by force"
            description="Nothing is cleaned up: for an execution that does not end otherwise"
            checked={force}
            onChange={(event) => setForce(event.currentTarget.checked)}
          />
        ) : null}
        {cancel.isError ? <ErrorPanel title="It was not canceled" error={cancel.error} /> : null}
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it running
          </Button>
          <Button type="submit" color="red" loading={cancel.isPending}>
            {force && admin ? 'End it by force' : 'Cancel the execution'}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
