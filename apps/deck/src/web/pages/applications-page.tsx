import { Button, Group, Modal, Skeleton, Textarea, TextInput } from '@mantine/core';
import { ApplicationsIcon, PlusIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { text } from '@gennaker/ui/stage-ui';
import { Ago } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { nameProblems } from '@gennaker/contracts/moniker';
import type { Application } from '@gennaker/contracts/front50';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApplications, useCreateApplication } from '../queries/applications.ts';
import { pendingJudgments, useRunning } from '../queries/executions.ts';
import { PageFilter } from '../shell/page-filter.tsx';

const route = getRouteApi('/applications');

/** All applications: what runs in each, who owns it. */
export function ApplicationsPage() {
  const { q = '', create = false } = route.useSearch();
  const navigate = useNavigate({ from: '/applications' });
  const applications = useApplications();
  const setCreate = (open: boolean): void =>
    void navigate({ search: (was) => ({ ...was, create: open || undefined }), replace: true });
  const all = applications.data ?? [];
  const wanted = q.trim().toLowerCase();
  const shown = all.filter((each) =>
    [each.name, each.email, each.description].some((value) => value?.toLowerCase().includes(wanted)),
  );
  return (
    <main id="main" className="main" tabIndex={-1}>
      <div className="page page-narrow">
        <div className="page-head">
          <h1>Applications</h1>
          {all.length > 0 ? <span className="page-count">{all.length}</span> : null}
          <div className="page-space" />
          {all.length > 0 ? (
            <PageFilter
              label="Filter applications"
              value={q}
              onChange={(value) =>
                void navigate({ search: (was) => ({ ...was, q: value || undefined }), replace: true })
              }
            />
          ) : null}
          <Button leftSection={<PlusIcon size={16} />} onClick={() => setCreate(true)}>
            Create application
          </Button>
        </div>
        {applications.isPending ? (
          <div className="card" aria-busy style={{ padding: 18, display: 'grid', gap: 18 }}>
            {[60, 45, 70].map((width) => (
              <Skeleton key={width} height={14} width={`${width}%`} />
            ))}
          </div>
        ) : applications.isError ? (
          <ErrorPanel
            title="The applications could not be listed"
            error={applications.error}
            action={
              <Button size="compact-sm" variant="default" onClick={() => void applications.refetch()}>
                Try again
              </Button>
            }
          />
        ) : all.length === 0 ? (
          <EmptyState
            icon={ApplicationsIcon}
            title="Create your first application"
            actions={
              <>
                <Button onClick={() => setCreate(true)}>Create application</Button>
                <Button variant="default" renderRoot={(props) => <Link to="/import" {...props} />}>
                  Import pipelines from Spinnaker
                </Button>
              </>
            }
          >
            An application groups pipelines with the clusters and load balancers they deploy to. To watch a whole
            delivery first, run “npm run demo”: it creates the application hello.
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState
            icon={ApplicationsIcon}
            title={`Nothing matches “${q}”`}
            actions={
              <Button variant="default" onClick={() => void navigate({ search: (was) => ({ ...was, q: undefined }) })}>
                Clear the filter
              </Button>
            }
          >
            Names, owners and descriptions were searched.
          </EmptyState>
        ) : (
          <ApplicationTable applications={shown} />
        )}
      </div>
      <CreateDialog opened={create} onClose={() => setCreate(false)} taken={all.map(({ name }) => name)} />
    </main>
  );
}

/** Spinnaker writes times as text of epoch milliseconds. */
function instant(value: unknown): number | undefined {
  const at = Number(text(value));
  return at > 0 ? at : undefined;
}

function ApplicationTable({ applications }: { readonly applications: readonly Application[] }) {
  const { executions } = useRunning();
  return (
    <div className="card">
      <table className="table table-rows">
        <TableHead columns={['Name', 'Now', 'Owner', 'Changed']} />
        <tbody>
          {applications.map((application) => {
            const running = executions.filter((each) => each.application === application.name);
            const waiting = pendingJudgments(running).length;
            const changed = instant(application['updateTs']) ?? instant(application['createTs']);
            return (
              <tr key={application.name}>
                <td>
                  <Link
                    className="app-name plain"
                    to="/applications/$application/executions"
                    params={{ application: application.name }}
                    search={{}}
                  >
                    {application.name}
                  </Link>
                  {application.description ? <div className="app-about">{application.description}</div> : null}
                </td>
                <td>
                  <div className="app-now">
                    {waiting > 0 ? <Chip look="person">{waiting} waiting for approval</Chip> : null}
                    {running.length - waiting > 0 ? (
                      <Chip look="running">{running.length - waiting} running</Chip>
                    ) : null}
                    {running.length === 0 ? <span className="gk-muted">Idle</span> : null}
                  </div>
                </td>
                <td className="gk-muted">{application.email ?? ''}</td>
                <td className="gk-muted">{changed ? <Ago at={changed} /> : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function CreateDialog({
  opened,
  onClose,
  taken,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly taken: readonly string[];
}) {
  const navigate = useNavigate();
  const create = useCreateApplication();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [description, setDescription] = useState('');
  const problem =
    name === ''
      ? undefined
      : taken.includes(name.toLowerCase())
        ? `There is already an application "${name}"`
        : nameProblems(name, undefined, undefined, true)[0];
  return (
    <Modal opened={opened} closeOnClickOutside={false} onClose={onClose} title="Create application">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name === '' || problem) return;
          create.mutate(
            { name: name.toLowerCase(), email, description },
            {
              onSuccess: () =>
                void navigate({
                  to: '/applications/$application/executions',
                  params: { application: name.toLowerCase() },
                  search: {},
                }),
            },
          );
        }}
        style={{ display: 'grid', gap: 14 }}
      >
        <TextInput
          label="Name"
          withAsterisk
          data-autofocus
          value={name}
          error={problem ?? null}
          description="Lower-case letters and digits; it starts the name of every cluster"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          onChange={(event) => setName(event.currentTarget.value.trim())}
        />
        <TextInput
          label="Owner e-mail"
          type="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          placeholder="team@example.com"
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {create.isError ? <ErrorPanel title="The application was not created" error={create.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" disabled={name === '' || problem !== undefined} loading={create.isPending}>
            Create
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
