import { useQuery } from '@tanstack/react-query';
import { useApplications } from './applications.ts';
import { gate } from './gate.ts';
import { SEARCH_LEAST } from './infrastructure.ts';
import { keys } from './keys.ts';
import { useProjects } from './projects.ts';

/** An application, a pipeline or a project whose words hold what was looked for. */
export type FoundDocument =
  | { readonly kind: 'application'; readonly name: string; readonly about: string }
  | { readonly kind: 'pipeline'; readonly name: string; readonly about: string; readonly id: string }
  | { readonly kind: 'project'; readonly name: string; readonly about: string };

/** Applications, pipelines and projects by parts of their names and what is said of them, in this order. */
export function useDocumentSearch(q: string): readonly FoundDocument[] {
  const wanted = q.trim().toLowerCase();
  const enabled = wanted.length >= SEARCH_LEAST;
  const applications = useApplications().data ?? [];
  const projects = useProjects().data ?? [];
  const pipelines =
    useQuery({
      queryKey: keys.allPipelines,
      queryFn: ({ signal }) => gate.allPipelineConfigs({}, { signal }),
      enabled,
    }).data ?? [];
  if (!enabled) return [];
  const all: FoundDocument[] = [
    ...applications.map(({ name, email = '', description = '' }) => ({
      kind: 'application' as const,
      name,
      about: [email, description].filter(Boolean).join(' · '),
    })),
    ...pipelines.flatMap(({ id, name, application }) =>
      id ? [{ kind: 'pipeline' as const, name, about: application, id }] : [],
    ),
    ...projects.map(({ name, config }) => ({ kind: 'project' as const, name, about: config.applications.join(', ') })),
  ];
  return all.filter(({ name, about }) => `${name} ${about}`.toLowerCase().includes(wanted));
}
