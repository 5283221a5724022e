import { z } from 'zod';
import type { GitReader } from './git-event.ts';
import { branchOf, payload } from './payload.ts';

const pushSchema = z.looseObject({
  object_kind: z.string(),
  ref: z.string(),
  after: z.string(),
  project: z.looseObject({ namespace: z.string(), name: z.string() }),
});

/** GitLab: pushes of branches and tags. */
export const readGitLab: GitReader = ({ headers, content }) => {
  const kind = content['object_kind'] ?? headers['x-gitlab-event'];
  if (kind !== undefined && content['ref'] === undefined)
    return { ignored: `a ${String(kind)} event of GitLab is about no branch and starts nothing` };
  const push = payload(pushSchema, content, 'a push of GitLab');
  const { namespace, name } = push.project;
  return [{ project: namespace, slug: name, branch: branchOf(push.ref), hash: push.after, action: push.object_kind }];
};
