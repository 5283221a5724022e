import { Button, Group, Skeleton } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { ProjectView } from '@gennaker/contracts/projects';
import { isComplete } from '@gennaker/contracts/status';
import { ClustersIcon, EditIcon, PipelineIcon, ProjectIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ExecutionRow } from '../executions/execution-row.tsx';
import { ClusterTable } from '../projects/cluster-table.tsx';
import { DeleteProjectDialog } from '../projects/delete-project-dialog.tsx';
import { ProjectDialog } from '../projects/project-dialog.tsx';
import { useProject, useProjectExecutions, useServerGroupsOf } from '../queries/projects.ts';

const route = getRouteApi('/projects/$project/dashboard');

/** One project: what runs in its clusters, what its pipelines do, across its applications. */
export function ProjectPage() {
  const { project: name } = route.useParams();
  const project = useProject(name);
  return (
    <main id="main" className="page" tabIndex={-1}>
      {project.isPending ? (
        <Skeleton height={220} radius="lg" role="status" aria-label="Reading the project" />
      ) : project.isError ? (
        <ErrorPanel
          title="The project could not be read"
          error={project.error}
          action={
            <Button
              size="compact-sm"
              variant="default"
              renderRoot={(props) => <Link to="/projects" search={{}} {...props} />}
            >
              All projects
            </Button>
          }
        />
      ) : (
        <Dashboard project={project.data} />
      )}
    </main>
  );
}

function Dashboard({ project }: { readonly project: ProjectView }) {
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const executions = useProjectExecutions(project.id);
  const { applications, clusters } = project.config;
  return (
    <>
      <div className="page-head page-head-wraps">
        <Link className="editor-back plain" to="/projects" search={{}}>
          Projects
        </Link>
        <span className="switch-slash" aria-hidden>
          /
        </span>
        <h1>{project.name}</h1>
        <span className="gk-muted">{project.email}</span>
        <div className="page-space" />
        <Group gap="xs">
          <Button
            size="compact-md"
            variant="default"
            leftSection={<EditIcon size={15} />}
            onClick={() => setEditing(true)}
          >
            Change project
          </Button>
          <Button size="compact-md" variant="default" color="red" onClick={() => setDeleting(true)}>
            Delete project
          </Button>
        </Group>
      </div>
      {applications.length === 0 ? (
        <EmptyState
          icon={ProjectIcon}
          title="This project has no applications yet"
          actions={<Button onClick={() => setEditing(true)}>Choose applications</Button>}
        >
          What runs and what is delivered in them is shown here then.
        </EmptyState>
      ) : (
        <>
          <Applications of={applications} executions={executions.data ?? []} />
          <Clusters applications={applications} clusters={clusters} />
          <section aria-labelledby="project-pipelines">
            <h2 id="project-pipelines">Pipelines</h2>
            {executions.isPending ? (
              <Skeleton height={160} radius="lg" role="status" aria-label="Reading the executions" />
            ) : executions.isError ? (
              <ErrorPanel title="The executions could not be read" error={executions.error} />
            ) : (
              <Executions of={executions.data} />
            )}
          </section>
        </>
      )}
      {editing ? (
        <ProjectDialog
          project={project}
          onClose={() => setEditing(false)}
          onSaved={(name) =>
            void navigate({ to: '/projects/$project/dashboard', params: { project: name }, replace: true })
          }
        />
      ) : null}
      {deleting ? (
        <DeleteProjectDialog
          project={project}
          onClose={() => setDeleting(false)}
          onDeleted={() => void navigate({ to: '/projects', search: {} })}
        />
      ) : null}
    </>
  );
}

function Applications({
  of,
  executions,
}: {
  readonly of: readonly string[];
  readonly executions: readonly ExecutionView[];
}) {
  return (
    <ul className="project-applications" aria-label="Applications">
      {of.map((application) => {
        const running = executions.filter(
          (each) => each.application === application && !isComplete(each.status),
        ).length;
        return (
          <li key={application} className="card">
            <Link
              className="app-name plain"
              to="/applications/$application/executions"
              params={{ application }}
              search={{}}
            >
              {application}
            </Link>
            {running > 0 ? <Chip look="running">{running} running</Chip> : <span className="gk-muted">Idle</span>}
          </li>
        );
      })}
    </ul>
  );
}

function Clusters({
  applications,
  clusters,
}: {
  readonly applications: readonly string[];
  readonly clusters: ProjectView['config']['clusters'];
}) {
  const { groups, loading, errors } = useServerGroupsOf(clusters.length > 0 ? applications : []);
  return (
    <section aria-labelledby="project-clusters">
      <h2 id="project-clusters">Clusters</h2>
      {errors[0] ? <ErrorPanel title="Not all clusters could be read" error={errors[0]} /> : null}
      {clusters.length === 0 ? (
        <EmptyState icon={ClustersIcon} title="No clusters are chosen">
          “Change project” chooses accounts, stacks and details; what serves there is shown by application and region.
        </EmptyState>
      ) : loading ? (
        <Skeleton height={120} radius="lg" role="status" aria-label="Reading the clusters" />
      ) : (
        clusters.map((cluster, at) => (
          <ClusterTable key={at} cluster={cluster} applications={applications} groups={groups} />
        ))
      )}
    </section>
  );
}

function Executions({ of }: { readonly of: readonly ExecutionView[] }) {
  const [open, setOpen] = useState<{ execution: string; stage: string }>();
  if (of.length === 0)
    return (
      <EmptyState icon={PipelineIcon} title="Nothing has run yet">
        Executions of the project’s pipelines appear here.
      </EmptyState>
    );
  const pipelines = [...Map.groupBy(of, ({ application, name }) => `${application} · ${name}`)];
  return pipelines.map(([pipeline, executions]) => (
    <section key={pipeline} className="cluster" aria-label={pipeline}>
      <div className="cluster-head">
        <h3>{pipeline}</h3>
      </div>
      <div className="card">
        {executions.map((execution) => (
          <ExecutionRow
            key={execution.id}
            execution={execution}
            open={open?.execution === execution.id ? open.stage : undefined}
            onOpen={(id, stage) => setOpen(id && stage ? { execution: id, stage } : undefined)}
          />
        ))}
      </div>
    </section>
  ));
}
