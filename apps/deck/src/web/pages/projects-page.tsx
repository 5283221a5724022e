import { Button, Skeleton } from '@mantine/core';
import { PlusIcon, ProjectIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ProjectDialog } from '../projects/project-dialog.tsx';
import { useProjects } from '../queries/projects.ts';
import { PageFilter } from '../shell/page-filter.tsx';
import { PageHead } from '../shell/page-head.tsx';

const route = getRouteApi('/projects');

/** All projects: applications that belong together. */
export function ProjectsPage() {
  const { q = '' } = route.useSearch();
  const navigate = useNavigate({ from: '/projects' });
  const projects = useProjects();
  const [creating, setCreating] = useState(false);
  const wanted = q.trim().toLowerCase();
  const shown = (projects.data ?? []).filter((each) =>
    [each.name, each.email, ...each.config.applications].some((value) => value.toLowerCase().includes(wanted)),
  );
  const create = (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => setCreating(true)}>
      Create project
    </Button>
  );
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <PageHead title="Projects" wraps>
        {projects.data?.length ? (
          <PageFilter
            label="Filter projects"
            value={q}
            onChange={(next) => void navigate({ search: (was) => ({ ...was, q: next || undefined }), replace: true })}
          />
        ) : null}
        {create}
      </PageHead>
      {projects.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Reading the projects" />
      ) : projects.isError ? (
        <ErrorPanel title="The projects could not be read" error={projects.error} />
      ) : shown.length === 0 ? (
        <EmptyState
          icon={ProjectIcon}
          title={projects.data.length === 0 ? 'Create your first project' : `Nothing matches “${q}”`}
        >
          A project shows on one page what runs and what is delivered in several applications.
        </EmptyState>
      ) : (
        <div className="card">
          <table className="table table-rows">
            <TableHead columns={['Name', 'Applications', 'Owner', 'Changed']} />
            <tbody>
              {shown.map((project) => (
                <tr key={project.id}>
                  <td>
                    <Link
                      className="app-name plain"
                      to="/projects/$project/dashboard"
                      params={{ project: project.name }}
                    >
                      {project.name}
                    </Link>
                  </td>
                  <td>{project.config.applications.join(', ')}</td>
                  <td className="gk-muted">{project.email}</td>
                  <td className="gk-muted">
                    <Ago at={project.updateTs} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {creating ? (
        <ProjectDialog
          project={undefined}
          onClose={() => setCreating(false)}
          onSaved={(name) => void navigate({ to: '/projects/$project/dashboard', params: { project: name } })}
        />
      ) : null}
    </main>
  );
}
