import { Skeleton } from '@mantine/core';
import { trafficGuardsSchema } from '@gennaker/contracts/traffic-guards';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { getRouteApi } from '@tanstack/react-router';
import { GuardsForm } from '../guards/guards-form.tsx';
import { useApplications } from '../queries/applications.ts';

const route = getRouteApi('/applications/$application/config');

/** What holds for an application as a whole. */
export function ApplicationConfigPage() {
  const { application } = route.useParams();
  return (
    <div className="page page-narrow">
      <div className="page-head">
        <h1>Configuration</h1>
      </div>
      <section aria-labelledby="guards">
        <h2 id="guards">Traffic guards</h2>
        <p className="gk-muted">
          A change that would leave a guarded cluster without healthy instances that serve is refused, whoever or
          whatever makes it: disabling, destroying, shrinking, and taking single instances away. It is judged by what
          the cloud shows just before the change.
        </p>
        <Guards key={application} application={application} />
      </section>
    </div>
  );
}

function Guards({ application }: { readonly application: string }) {
  const applications = useApplications();
  if (applications.isPending)
    return <Skeleton height={120} radius="lg" role="status" aria-label="Reading the guards" />;
  if (applications.isError) return <ErrorPanel title="The guards could not be read" error={applications.error} />;
  const found = applications.data.find(({ name }) => name === application.toLowerCase());
  const stored = trafficGuardsSchema.safeParse(found?.['trafficGuards'] ?? []);
  if (stored.success) return <GuardsForm application={application} guards={stored.data} />;
  return (
    <>
      <Note
        look="failed"
        title="The stored guards cannot be followed"
        why={stored.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}
        next="Until they are corrected nothing of this application can be taken away. Saving here replaces them."
      />
      <GuardsForm application={application} guards={[]} />
    </>
  );
}
