import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { Project } from '@gennaker/contracts/projects';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { runTask } from './applications.ts';
import { gate } from './gate.ts';
import { serverGroupsQuery } from './infrastructure.ts';
import { keys } from './keys.ts';

/** How often (ms) what runs in a project is looked at; no event tells of a project as a whole. */
const LOOK_MS = 10_000;
/** Executions shown per pipeline of a project. */
const PER_PIPELINE = 5;

/** All projects, by name. */
export function useProjects() {
  return useQuery({
    queryKey: keys.projects,
    queryFn: ({ signal }) => gate.listProjects({}, { signal }),
    select: (projects) => projects.toSorted((a, b) => a.name.localeCompare(b.name)),
  });
}

/** A project by its name or id. */
export function useProject(id: string) {
  return useQuery({
    queryKey: [...keys.projects, id],
    queryFn: ({ signal }) => gate.getProject({ params: { id } }, { signal }),
  });
}

/** Executions of a project's pipelines, newest first. */
export function useProjectExecutions(id: string) {
  return useQuery({
    queryKey: [...keys.projects, id, 'executions'],
    queryFn: ({ signal }) => gate.projectPipelines({ params: { id }, query: { limit: PER_PIPELINE } }, { signal }),
    refetchInterval: LOOK_MS,
  });
}

/** Server groups of several applications; `errors` of those that could not be read. */
export function useServerGroupsOf(applications: readonly string[]): {
  readonly groups: readonly ServerGroup[];
  readonly loading: boolean;
  readonly errors: readonly Error[];
} {
  const results = useQueries({ queries: applications.map(serverGroupsQuery) });
  return {
    groups: results.flatMap(({ data }) => data ?? []),
    loading: results.some(({ isPending }) => isPending),
    errors: results.flatMap(({ error }) => (error ? [error] : [])),
  };
}

/** Creates or replaces a project; one with an id replaces. */
export function useSaveProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (project: Project) =>
      runTask(taskOwner(project), `${project.id ? 'Change' : 'Create'} project ${project.name}`, {
        type: 'upsertProject',
        project,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.projects }),
  });
}

/** Deletes a project; its applications stay. */
export function useDeleteProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (project: Project) =>
      runTask(taskOwner(project), `Delete project ${project.name}`, {
        type: 'deleteProject',
        project: { id: project.id, name: project.name },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.projects }),
  });
}

/** A task belongs to an application: the first of the project, or the system's own name where it has none. */
const taskOwner = (project: Project): string => project.config.applications[0] ?? 'spinnaker';
