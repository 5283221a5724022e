import { Button, Group, Skeleton } from '@mantine/core';
import type { LocalUser } from '@gennaker/contracts/people';
import { PlusIcon, UserIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel, Note } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { useState } from 'react';
import { UserDialog } from '../people/user-dialog.tsx';
import { useChangeUser, useMe, useUsers } from '../queries/people.ts';
import { AdminOnly } from '../shell/admin-only.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { PageHead } from '../shell/page-head.tsx';

/** Local users: who may log in, with which roles. */
export function PeoplePage() {
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <AdminOnly>
        <People />
      </AdminOnly>
    </main>
  );
}

function People() {
  const me = useMe().data;
  const off = me?.authentication === false;
  const users = useUsers(!off);
  const [editing, setEditing] = useState<LocalUser | 'new'>();
  const [removing, setRemoving] = useState<LocalUser>();
  return (
    <>
      <PageHead title="People">
        {off ? null : (
          <Button leftSection={<PlusIcon size={16} />} onClick={() => setEditing('new')}>
            Add a user
          </Button>
        )}
      </PageHead>
      {off ? (
        <Note
          look="system"
          title="Nobody has to log in"
          why="Whoever reaches this machine may do everything."
          next={
            <>
              To turn logging in on, add the first administrator on the machine:{' '}
              <code className="gk-mono">gennaker users add NAME --admin</code>
            </>
          }
        />
      ) : users.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Reading the users" />
      ) : users.isError ? (
        <ErrorPanel title="The users could not be read" error={users.error} />
      ) : users.data.length === 0 ? (
        <EmptyState icon={UserIcon} title="There are no users yet">
          Add the people who work with these pipelines.
        </EmptyState>
      ) : (
        <div className="card">
          <table className="table">
            <TableHead actions columns={['Name', 'Roles', 'State', 'Last login']} />
            <tbody>
              {users.data.map((user) => (
                <tr key={user.name}>
                  <td>
                    <div className="app-name">{user.name}</div>
                    <div className="app-about">{user.email}</div>
                  </td>
                  <td>
                    {user.admin ? <Chip look="person">Administrator</Chip> : null} {user.roles.join(', ')}
                  </td>
                  <td>
                    {user.serviceAccount ? (
                      'Service account'
                    ) : user.enabled ? (
                      'May log in'
                    ) : (
                      <Chip look="paused">Disabled</Chip>
                    )}
                  </td>
                  <td className="gk-muted">
                    {user.lastLoginAt === undefined ? 'Never' : <Ago at={user.lastLoginAt} />}
                  </td>
                  <td>
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Change ${user.name}`}
                        onClick={() => setEditing(user)}
                      >
                        Change
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="default"
                        disabled={user.name === me?.username}
                        aria-label={`Remove ${user.name}`}
                        onClick={() => setRemoving(user)}
                      >
                        Remove
                      </Button>
                    </Group>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing ? (
        <UserDialog user={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />
      ) : null}
      {removing ? <RemoveDialog user={removing} onClose={() => setRemoving(undefined)} /> : null}
    </>
  );
}

function RemoveDialog({ user, onClose }: { readonly user: LocalUser; readonly onClose: () => void }) {
  const change = useChangeUser();
  return (
    <Dialog onClose={onClose} title={`Remove ${user.name}?`}>
      <p className="dialog-text">All sessions and tokens of {user.name} end at once. What was done stays recorded.</p>
      {change.isError ? <ErrorPanel title="The user was not removed" error={change.error} /> : null}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          Keep
        </Button>
        <Button
          color="red"
          loading={change.isPending}
          onClick={() => change.mutate({ deed: 'remove', name: user.name }, { onSuccess: onClose })}
        >
          Remove {user.name}
        </Button>
      </Group>
    </Dialog>
  );
}
