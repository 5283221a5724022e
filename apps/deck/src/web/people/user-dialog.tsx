import { Button, Checkbox, Group, PasswordInput, TagsInput, TextInput } from '@mantine/core';
import type { LocalUser } from '@gennaker/contracts/people';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useState } from 'react';
import { useChangeUser } from '../queries/people.ts';
import { Dialog } from '../shell/dialog.tsx';

/** Fewest characters of a password; gate asks for the same. */
const LEAST = 12;

/** Adds a user, or changes one: email, roles, rights, a new password. */
export function UserDialog({ user, onClose }: { readonly user: LocalUser | undefined; readonly onClose: () => void }) {
  const change = useChangeUser();
  const [name, setName] = useState(user?.name ?? '');
  const [email, setEmail] = useState(user?.email ?? '');
  const [roles, setRoles] = useState(user?.roles ?? []);
  const [admin, setAdmin] = useState(user?.admin ?? false);
  const [enabled, setEnabled] = useState(user?.enabled ?? true);
  const [password, setPassword] = useState('');
  const [program, setProgram] = useState(user?.serviceAccount ?? false);
  const save = (): void => {
    const common = { ...(email.trim() ? { email: email.trim() } : {}), roles, admin };
    change.mutate(
      user
        ? { deed: 'change', name: user.name, body: { ...common, enabled, ...(password ? { password } : {}) } }
        : { deed: 'add', body: { ...common, name: name.trim(), ...(program ? {} : { password }) } },
      { onSuccess: onClose },
    );
  };
  const passwordOk = program || password.length >= LEAST || (user !== undefined && password === '');
  return (
    <Dialog onClose={onClose} title={user ? `Change ${user.name}` : 'Add a user'}>
      <form
        className="form-stack"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {user ? null : (
          <TextInput
            label="Name"
            description="Letters, digits and @ . _ -"
            withAsterisk
            data-autofocus
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <TextInput label="Email" value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <TagsInput label="Roles" description="Enter adds one" value={roles} onChange={setRoles} />
        {user ? null : (
          <Checkbox
            label="Service account: holds tokens and cannot log in"
            checked={program}
            onChange={(event) => setProgram(event.currentTarget.checked)}
          />
        )}
        {program ? null : (
          <PasswordInput
            label={user ? 'New password' : 'Password'}
            description={user ? 'Empty leaves it as it is' : `At least ${LEAST} characters`}
            withAsterisk={user === undefined}
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        <Checkbox label="Administrator" checked={admin} onChange={(event) => setAdmin(event.currentTarget.checked)} />
        {user && !program ? (
          <Checkbox
            label="May log in"
            checked={enabled}
            onChange={(event) => setEnabled(event.currentTarget.checked)}
          />
        ) : null}
        {change.isError ? <ErrorPanel title="It was not saved" error={change.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={change.isPending} disabled={name.trim() === '' || !passwordOk}>
            {user ? 'Save' : 'Add'}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
