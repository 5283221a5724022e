import { z } from 'zod';
import type { GitReader } from './git-event.ts';
import { branchOf, payload } from './payload.ts';

const pushSchema = z.looseObject({
  ref: z.string(),
  after: z.string(),
  repository: z.looseObject({
    name: z.string(),
    owner: z.looseObject({ name: z.string().nullish(), login: z.string().nullish() }),
  }),
});
const repositorySchema = z.looseObject({ name: z.string(), owner: z.looseObject({ login: z.string() }) });
const pullRequestSchema = z.looseObject({
  action: z.string(),
  pull_request: z.looseObject({
    number: z.number().optional(),
    draft: z.boolean().optional(),
    state: z.string().optional(),
    title: z.string().optional(),
    head: z.looseObject({ ref: z.string(), sha: z.string() }),
  }),
  repository: repositorySchema,
});
const branchSchema = z.looseObject({ ref: z.string(), ref_type: z.literal('branch'), repository: repositorySchema });

/** GitHub: pushes, pull requests, and branches that are made or deleted. */
export const readGitHub: GitReader = ({ headers, content }) => {
  const kind = headers['x-github-event'] ?? '';
  if (kind === 'ping' || (content['hook_id'] !== undefined && content['zen'] !== undefined))
    return { ignored: 'it is a ping: the webhook is set up' };
  if (content['pull_request'] !== undefined) {
    const { action, pull_request: pull, repository } = payload(pullRequestSchema, content, 'a pull request of GitHub');
    const { number, draft, state, title } = pull;
    return [
      {
        project: repository.owner.login,
        slug: repository.name,
        branch: pull.head.ref,
        hash: pull.head.sha,
        action: `pull_request:${action}`,
        properties: { number, draft, state, title },
      },
    ];
  }
  if (content['ref_type'] === 'branch') {
    const { ref, repository } = payload(branchSchema, content, 'a branch of GitHub');
    if (kind === 'delete')
      return { ignored: `branch ${ref} of ${repository.owner.login}/${repository.name} was deleted` };
    return [
      { project: repository.owner.login, slug: repository.name, branch: ref, hash: '', action: `branch:${kind}` },
    ];
  }
  if (kind !== '' && kind !== 'push') return { ignored: `a ${kind} event of GitHub starts nothing` };
  const { ref, after, repository } = payload(pushSchema, content, 'a push of GitHub');
  const project = repository.owner.name ?? repository.owner.login ?? '';
  return [{ project, slug: repository.name, branch: branchOf(ref), hash: after, action: 'push:push' }];
};
