import { z } from 'zod';
import type { GitReader, GitReading } from './git-event.ts';
import { branchOf, payload } from './payload.ts';

const named = z.looseObject({ name: z.string() });
const commit = z.looseObject({ hash: z.string() });

const cloudRepositorySchema = z.looseObject({
  full_name: z.string(),
  owner: z.looseObject({ username: z.string().nullish(), nickname: z.string().nullish() }).nullish(),
  project: z.looseObject({ key: z.string() }).nullish(),
});
const cloudPushSchema = z.looseObject({
  repository: cloudRepositorySchema,
  push: z.looseObject({
    changes: z.array(
      z.looseObject({
        new: named.extend({ target: commit.nullish() }).nullish(),
        old: named.nullish(),
        commits: z.array(commit).nullish(),
      }),
    ),
  }),
});
const cloudPullRequestSchema = z.looseObject({
  repository: cloudRepositorySchema,
  pullrequest: z.looseObject({
    destination: z.looseObject({ branch: named }),
    merge_commit: commit.nullish(),
    title: z.string().optional(),
    state: z.string().optional(),
  }),
});

const serverRepositorySchema = z.looseObject({ slug: z.string(), project: z.looseObject({ key: z.string() }) });
const serverPushSchema = z.looseObject({
  repository: serverRepositorySchema,
  changes: z.array(z.looseObject({ ref: z.looseObject({ id: z.string() }), toHash: z.string() })),
});
const serverRefSchema = z.looseObject({
  id: z.string(),
  latestCommit: z.string(),
  repository: serverRepositorySchema,
});
const serverPullRequestSchema = z.looseObject({
  pullRequest: z.looseObject({
    title: z.string().optional(),
    state: z.string().optional(),
    toRef: serverRefSchema,
    fromRef: serverRefSchema,
    properties: z.looseObject({ mergeCommit: z.looseObject({ id: z.string() }).optional() }).optional(),
  }),
});

const stashSchema = z.looseObject({
  repository: serverRepositorySchema,
  refChanges: z.array(z.looseObject({ refId: z.string(), toHash: z.string() })),
});

/** Hash of what is deleted, as the other services write it. */
const GONE = '0'.repeat(40);

/** Bitbucket Cloud, Bitbucket Server and its forerunner Stash: the key of the event says which. */
export const readBitbucket: GitReader = ({ headers, content }) => {
  const key = headers['x-event-key'] ?? '';
  if (key === 'diagnostics:ping' || content['test'] === true) return { ignored: 'it is a test of the webhook' };
  if (Object.keys(content).length === 0) return { ignored: 'it is a test of the webhook: its body is empty' };
  if (key === 'repo:push') return cloudPush(content, key);
  if (key.startsWith('pullrequest:')) return cloudPullRequest(content, key);
  if (key === 'repo:refs_changed') return serverPush(content, key);
  if (key.startsWith('pr:')) return serverPullRequest(content, key);
  if (key === '' && content['refChanges'] !== undefined) return stashPush(content);
  if (key === '') return { ignored: 'it has no X-Event-Key that says what happened' };
  return { ignored: `a ${key} event of Bitbucket starts nothing` };
};

function owner({ owner: by, project, full_name: name }: z.output<typeof cloudRepositorySchema>): string {
  return by?.username ?? project?.key ?? by?.nickname ?? name.split('/')[0] ?? '';
}

function cloudPush(content: unknown, key: string): GitReading {
  const { repository, push } = payload(cloudPushSchema, content, 'a push of Bitbucket');
  return push.changes.map((change) => ({
    project: owner(repository),
    slug: repository.full_name,
    branch: (change.new ?? change.old)?.name ?? '',
    hash: change.new ? (change.commits?.[0]?.hash ?? change.new.target?.hash ?? '') : GONE,
    action: key,
  }));
}

function cloudPullRequest(content: unknown, key: string): GitReading {
  const { repository, pullrequest: pull } = payload(cloudPullRequestSchema, content, 'a pull request of Bitbucket');
  return [
    {
      project: owner(repository),
      slug: repository.full_name,
      branch: pull.destination.branch.name,
      hash: pull.merge_commit?.hash ?? '',
      action: key,
      properties: { title: pull.title, state: pull.state },
    },
  ];
}

function serverPush(content: unknown, key: string): GitReading {
  const { repository, changes } = payload(serverPushSchema, content, 'a push of Bitbucket Server');
  return changes.map((change) => ({
    project: repository.project.key,
    slug: repository.slug,
    branch: branchOf(change.ref.id),
    hash: change.toHash,
    action: key,
  }));
}

/** A merge is about what it goes into, everything else about what is to be merged. */
function serverPullRequest(content: unknown, key: string): GitReading {
  const { pullRequest: pull } = payload(serverPullRequestSchema, content, 'a pull request of Bitbucket Server');
  const isMerged = key === 'pr:merged';
  const at = isMerged ? pull.toRef : pull.fromRef;
  return [
    {
      project: at.repository.project.key,
      slug: at.repository.slug,
      branch: branchOf(at.id),
      hash: (isMerged ? pull.properties?.mergeCommit?.id : undefined) ?? at.latestCommit,
      action: key,
      properties: { title: pull.title, state: pull.state },
    },
  ];
}

function stashPush(content: unknown): GitReading {
  const { repository, refChanges } = payload(stashSchema, content, 'a push of Stash');
  return refChanges.map((change) => ({
    project: repository.project.key,
    slug: repository.slug,
    branch: branchOf(change.refId),
    hash: change.toHash,
    action: '',
  }));
}
