import { Button, Group, Modal, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { submitTask } from '../queries/applications.ts';
import { keys } from '../queries/keys.ts';

/** What can be done to a server group by hand. */
export type GroupAction = 'enable' | 'disable' | 'destroy';

const WORDS = {
  enable: { verb: 'Enable', about: 'Its instances get traffic from its load balancers.', keep: 'Leave it' },
  disable: {
    verb: 'Disable',
    about: 'Its instances get no more traffic. They go on running, so it can be enabled again.',
    keep: 'Leave it',
  },
  destroy: {
    verb: 'Destroy',
    about: 'Its instances are ended and removed. This cannot be undone; deploying again makes a new server group.',
    keep: 'Keep it',
  },
} as const;

/** Asks before a server group is changed by hand; destroying needs its name typed. */
export function GroupActionDialog({
  application,
  group,
  action,
  onClose,
}: {
  readonly application: string;
  readonly group: ServerGroup;
  readonly action: GroupAction;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const { verb, about, keep } = WORDS[action];
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const run = useMutation({
    mutationFn: () =>
      submitTask(application, `${verb} server group: ${group.name}`, {
        type: `${action}ServerGroup`,
        cloudProvider: group.cloudProvider,
        credentials: group.account,
        region: group.region,
        regions: [group.region],
        serverGroupName: group.name,
        cluster: group.cluster,
        moniker: group.moniker,
        ...(reason.trim() ? { reason: reason.trim() } : {}),
      }),
    onSuccess: () => {
      notifications.show({ message: `${verb} ${group.name}: under way`, autoClose: 4000 });
      void client.invalidateQueries({ queryKey: keys.serverGroups(application) });
      onClose();
    },
  });
  const confirmed = action !== 'destroy' || typed === group.name;
  return (
    <Modal opened onClose={onClose} title={`${verb} ${group.name}?`}>
      <form
        style={{ display: 'grid', gap: 14 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (confirmed) run.mutate();
        }}
      >
        <p className="dialog-text" style={{ margin: 0 }}>
          {about} Account {group.account}, region {group.region}, {group.instances.length}{' '}
          {group.instances.length === 1 ? 'instance' : 'instances'}.
        </p>
        {action !== 'enable' && !group.isDisabled && group.loadBalancers.length > 0 ? (
          <Note
            look="paused"
            title={`It gets traffic from ${group.loadBalancers.join(', ')}`}
            why="Make sure that another server group serves it."
          />
        ) : null}
        <Textarea
          label="Reason"
          autosize
          minRows={1}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {action === 'destroy' ? (
          <TextInput
            label={`Type “${group.name}” to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        ) : null}
        {run.isError ? (
          <ErrorPanel
            title={`It was not ${action === 'enable' ? 'enabled' : action === 'disable' ? 'disabled' : 'destroyed'}`}
            error={run.error}
          />
        ) : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {keep}
          </Button>
          <Button
            type="submit"
            loading={run.isPending}
            disabled={!confirmed}
            {...(action === 'enable' ? {} : { color: 'red' })}
          >
            {verb}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
