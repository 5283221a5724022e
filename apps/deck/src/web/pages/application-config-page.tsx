import { Button, Group, Skeleton } from '@mantine/core';
import type { Application } from '@gennaker/contracts/front50';
import { trafficGuardsSchema } from '@gennaker/contracts/traffic-guards';
import { DestroyIcon } from '@gennaker/ui/icons';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { AttributesForm } from '../applications/attributes-form.tsx';
import { DeleteApplicationDialog } from '../applications/delete-application-dialog.tsx';
import { PermissionsForm } from '../applications/permissions-form.tsx';
import { GuardsForm } from '../guards/guards-form.tsx';
import { NotificationSettingsForm } from '../notifications/notification-settings-form.tsx';
import { useApplications } from '../queries/applications.ts';

const route = getRouteApi('/applications/$application/config');

/** What holds for an application as a whole. */
export function ApplicationConfigPage() {
  const { application } = route.useParams();
  const applications = useApplications();
  const stored = applications.data?.find(({ name }) => name === application.toLowerCase());
  return (
    <div className="page page-narrow">
      <div className="page-head">
        <h1>Configuration</h1>
      </div>
      {applications.isPending ? (
        <Skeleton height={320} radius="lg" role="status" aria-label="Reading the configuration" />
      ) : applications.isLoadingError ? (
        <ErrorPanel title="The configuration could not be read" error={applications.error} />
      ) : stored ? (
        <Sections key={application} stored={stored} />
      ) : null}
    </div>
  );
}

function Sections({ stored }: { readonly stored: Application }) {
  const [deleting, setDeleting] = useState(false);
  return (
    <div className="config-sections">
      <section aria-labelledby="attributes">
        <h2 id="attributes">Attributes</h2>
        <AttributesForm stored={stored} />
      </section>
      <section aria-labelledby="permissions">
        <h2 id="permissions">Permissions</h2>
        <p className="gk-muted">
          Roles that may do each thing, in the UI, by scripts and by other pipelines alike. Administrators may do
          everything.
        </p>
        <PermissionsForm stored={stored} />
      </section>
      <section aria-labelledby="guards">
        <h2 id="guards">Traffic guards</h2>
        <p className="gk-muted">
          A change that would leave a guarded cluster without healthy instances that serve is refused, whoever or
          whatever makes it: disabling, destroying, shrinking, and taking single instances away. It is judged by what
          the cloud shows just before the change.
        </p>
        <Guards stored={stored} />
      </section>
      <section aria-labelledby="notifications">
        <h2 id="notifications">Notifications</h2>
        <p className="gk-muted">Of every pipeline of {stored.name}, beside those that a pipeline has itself.</p>
        <NotificationSettingsForm of={stored.name} />
      </section>
      <section aria-labelledby="deletion">
        <h2 id="deletion">Deletion</h2>
        <p className="gk-muted">
          What runs in clouds stays as it is. Deleted things wait until somebody restores them.
        </p>
        <Group gap="xs">
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/deleted" search={{ application: stored.name }} {...props} />}
          >
            Deleted things of {stored.name}
          </Button>
          <Button color="red" variant="light" leftSection={<DestroyIcon size={15} />} onClick={() => setDeleting(true)}>
            Delete this application
          </Button>
        </Group>
      </section>
      {deleting ? <DeleteApplicationDialog application={stored.name} onClose={() => setDeleting(false)} /> : null}
    </div>
  );
}

function Guards({ stored }: { readonly stored: Application }) {
  const guards = trafficGuardsSchema.safeParse(stored['trafficGuards'] ?? []);
  if (guards.success) return <GuardsForm application={stored.name} guards={guards.data} />;
  return (
    <>
      <Note
        look="failed"
        title="The stored guards cannot be followed"
        why={guards.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}
        next="Until they are corrected nothing of this application can be taken away. Saving here replaces them."
      />
      <GuardsForm application={stored.name} guards={[]} />
    </>
  );
}
