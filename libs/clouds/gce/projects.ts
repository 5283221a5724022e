import type { AccountCheck } from '@gennaker/contracts/cloud-accounts';
import { z } from 'zod';
import type { Compute } from './compute.ts';

const RESOURCE_MANAGER = 'https://cloudresourcemanager.googleapis.com/v1/projects';
const SHOWN = 50;
const projectsSchema = z.object({
  projects: z.array(z.looseObject({ projectId: z.string(), name: z.string().optional() })).default([]),
});

/** Finds the projects that the account's credentials can see at Google: the choice for whoever sets up an account. @throws GceFailure */
export async function discoverProjects(compute: Compute): Promise<string[]> {
  const filter = encodeURIComponent('lifecycleState:ACTIVE');
  const answer = await compute.ask('GET', `${RESOURCE_MANAGER}?filter=${filter}&pageSize=200`);
  return projectsSchema
    .parse(answer)
    .projects.map((project) => project.projectId)
    .toSorted();
}

/** What the found projects say of the one that the account names. */
export function projectsCheck(project: string, found: readonly string[]): AccountCheck {
  const list = found.slice(0, SHOWN).join(', ') + (found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '');
  const evidence = { projects: found.slice(0, SHOWN) };
  if (found.includes(project))
    return {
      name: 'projects',
      outcome: 'ok',
      reason: { summary: `These credentials see the projects ${list}`, evidence },
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
