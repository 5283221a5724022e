import type { AccountCheck } from '@gennaker/contracts/cloud-accounts';
import { z } from 'zod';
import type { Compute } from './compute.ts';

const RESOURCE_MANAGER = 'https://cloudresourcemanager.googleapis.com/v1/projects';
const SHOWN = 50;
const PER_PAGE = 200;
/** A verification waits for no more pages than these. */
const MOST_PAGES = 20;
const projectsSchema = z.object({
  projects: z.array(z.looseObject({ projectId: z.string(), name: z.string().optional() })).default([]),
  nextPageToken: z.string().optional(),
});

/** Projects that credentials see, by their ids in order. */
interface Projects {
  readonly ids: readonly string[];
  /** There are further ones, which were not read. */
  readonly more: boolean;
}

/** Finds the projects that the account's credentials can see at Google: the choice for whoever sets up an account. @throws GceFailure */
export async function discoverProjects(compute: Compute): Promise<Projects> {
  const ids: string[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ filter: 'lifecycleState:ACTIVE', pageSize: `${PER_PAGE}` });
    if (token) query.set('pageToken', token);
    const answer = projectsSchema.parse(await compute.ask('GET', `${RESOURCE_MANAGER}?${query.toString()}`));
    ids.push(...answer.projects.map(({ projectId }) => projectId));
    token = answer.nextPageToken;
    if (!token) break;
  }
  return { ids: ids.toSorted(), more: token !== undefined && token !== '' };
}

/** What the found projects say of the one that the account names. */
export function projectsCheck(project: string, { ids, more }: Projects): AccountCheck {
  const rest = ids.length - SHOWN;
  const hidden = more ? ` and more than ${Math.max(rest, 0)} others` : rest > 0 ? ` and ${rest} more` : '';
  const list = ids.slice(0, SHOWN).join(', ') + hidden;
  const evidence = { projects: ids.slice(0, SHOWN) };
  if (ids.includes(project))
    return {
      name: 'projects',
      outcome: 'ok',
      reason: { summary: `These credentials see the projects ${list}`, evidence },
    };
  if (more)
    return {
      name: 'projects',
      outcome: 'unknown',
      reason: {
        summary: `Project ${project} is not among the first ${ids.length} that these credentials can list; there are more`,
        evidence,
      },
    };
  return {
    name: 'projects',
    outcome: 'warning',
    reason: {
      summary: `Project ${project} is none of those that these credentials can list: ${list || 'they list none'}`,
      evidence,
      next: 'Use one of these as the project, or make sure that its id is right: a project can be used without being listed',
    },
  };
}
