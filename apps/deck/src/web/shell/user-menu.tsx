import { ActionIcon, Button, Group, Menu, PasswordInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  ActivityIcon,
  BellIcon,
  DestroyIcon,
  HookIcon,
  ImportIcon,
  JenkinsIcon,
  PipelineIcon,
  ProjectIcon,
  UnplugIcon,
  UserIcon,
} from '@gennaker/ui/icons';
import { ErrorPanel } from '@gennaker/ui/panels';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useChangePassword, useLogout, useMe } from '../queries/people.ts';
import { Dialog } from './dialog.tsx';

/** Who uses this page, and what is theirs: tokens, password, logging out; administration for administrators. */
export function UserMenu() {
  const me = useMe().data;
  const logout = useLogout();
  const navigate = useNavigate();
  const [changing, setChanging] = useState(false);
  const open = me?.authentication === false;
  const name = open ? 'Nobody has to log in' : (me?.username ?? 'Not logged in');
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`You: ${name}`}>
            <UserIcon size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{name}</Menu.Label>
          <Menu.Item
            leftSection={<ProjectIcon size={15} />}
            renderRoot={(props) => <Link to="/projects" search={{}} {...props} />}
          >
            Projects
          </Menu.Item>
          <Menu.Item
            leftSection={<PipelineIcon size={15} />}
            renderRoot={(props) => <Link to="/pipeline-templates" {...props} />}
          >
            Pipeline templates
          </Menu.Item>
          <Menu.Item leftSection={<ImportIcon size={15} />} renderRoot={(props) => <Link to="/import" {...props} />}>
            Import pipelines
          </Menu.Item>
          <Menu.Item
            leftSection={<HookIcon size={15} />}
            renderRoot={(props) => <Link to="/events" search={{}} {...props} />}
          >
            Event log
          </Menu.Item>
          <Menu.Item
            leftSection={<BellIcon size={15} />}
            renderRoot={(props) => <Link to="/notifications" search={{}} {...props} />}
          >
            Notifications
          </Menu.Item>
          <Menu.Item
            leftSection={<JenkinsIcon size={15} />}
            renderRoot={(props) => <Link to="/builds" search={{}} {...props} />}
          >
            Builds
          </Menu.Item>
          <Menu.Item leftSection={<UnplugIcon size={15} />} renderRoot={(props) => <Link to="/accounts" {...props} />}>
            Cloud accounts
          </Menu.Item>
          <Menu.Item
            leftSection={<DestroyIcon size={15} />}
            renderRoot={(props) => <Link to="/deleted" search={{}} {...props} />}
          >
            Deleted things
          </Menu.Item>
          {me && !open ? (
            <>
              <Menu.Item renderRoot={(props) => <Link to="/tokens" {...props} />}>API tokens</Menu.Item>
              <Menu.Item onClick={() => setChanging(true)}>Change password</Menu.Item>
            </>
          ) : null}
          {me?.isAdmin ? (
            <>
              <Menu.Divider />
              <Menu.Item
                leftSection={<ActivityIcon size={15} />}
                renderRoot={(props) => <Link to="/admin/engine" {...props} />}
              >
                Engine
              </Menu.Item>
              <Menu.Item
                leftSection={<UserIcon size={15} />}
                renderRoot={(props) => <Link to="/admin/people" {...props} />}
              >
                People
              </Menu.Item>
            </>
          ) : null}
          {me && !open ? (
            <>
              <Menu.Divider />
              <Menu.Item
                onClick={() =>
                  logout.mutate(undefined, { onSuccess: () => void navigate({ to: '/login', search: {} }) })
                }
              >
                Log out
              </Menu.Item>
            </>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {changing ? <PasswordDialog onClose={() => setChanging(false)} /> : null}
    </>
  );
}

/** Fewest characters of a password; gate asks for the same. */
const LEAST = 12;

function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  return (
    <Dialog onClose={onClose} title="Change your password">
      <form
        className="form-stack"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(
            { current, next },
            {
              onSuccess: () => {
                notifications.show({ message: 'Your password has changed; other sessions have ended.' });
                onClose();
              },
            },
          );
        }}
      >
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          data-autofocus
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description={`At least ${LEAST} characters`}
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        {change.isError ? <ErrorPanel title="It was not changed" error={change.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={change.isPending} disabled={current === '' || next.length < LEAST}>
            Change it
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
