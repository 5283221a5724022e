import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import { scmTypeSchema, type ScmRepository } from '@gennaker/contracts/scm';
import { z } from 'zod';
import type { TagSource } from './schema.ts';

/** A commit and where it is. */
export interface SourceCommit extends ScmRepository {
  readonly hash: string;
}

/** The commit of an execution, or why there is none. */
export type FoundCommit = { readonly commit: SourceCommit } | { readonly problem: Reason };

const buildSchema = z.looseObject({
  scm: z.array(z.looseObject({ sha1: z.string().nullish(), remoteUrl: z.string().nullish() })).nullish(),
});
const gitSchema = z.looseObject({
  hash: z.string().min(1),
  source: scmTypeSchema,
  project: z.string(),
  slug: z.string(),
});
const parentSchema = z.looseObject({ trigger: z.looseObject({}) });

/** Pipelines that start each other are not followed further. */
const PARENTS = 10;

/**
 * The commit that an execution is about: the one that the stage names; else that of the git trigger, of the build that
 * started it, of a build that a stage before this one ran (`builds`, the nearest first), or of the execution that started
 * it. Pure.
 */
export function commitOfExecution(
  stage: Pick<TagSource, 'account' | 'repository' | 'remote' | 'hash'>,
  trigger: ExecutionTrigger,
  builds: readonly unknown[],
): FoundCommit {
  const { account, repository, remote } = stage;
  const place = {
    ...(account ? { account } : {}),
    ...(repository ? { repository } : {}),
    ...(remote ? { remote } : {}),
  };
  const known = commitsOf(trigger, builds).filter((one) => !repository || isOf(one, repository));
  const distinct = [
    ...new Map(known.map((one) => [`${one.hash} ${one.remote ?? one.repository ?? ''}`, one])).values(),
  ];
  const [first, second] = distinct;
  if (stage.hash) return { commit: { ...(repository || remote ? {} : (first ?? {})), ...place, hash: stage.hash } };
  if (!first)
    return {
      problem: {
        summary: repository
          ? `What started this execution names no commit of ${repository}`
          : 'What started this execution names no commit',
        next: 'start it by a git trigger or by a build with a git revision, or give "hash" and "repository"',
      },
    };
  if (second)
    return {
      problem: {
        summary: `This execution has ${distinct.length} commits: ${distinct.map((one) => `${one.hash.slice(0, 7)} of ${one.repository ?? one.remote ?? '?'}`).join(', ')}`,
        evidence: { commits: distinct },
        next: 'say which repository is tagged, or give "hash"',
      },
    };
  return { commit: { ...(remote ? { hash: first.hash } : first), ...place } };
}

/** Commits of the first of the places that has any. */
function commitsOf(trigger: ExecutionTrigger, builds: readonly unknown[], depth = 0): SourceCommit[] {
  const git = gitSchema.safeParse(trigger);
  if (git.success) {
    const { hash, source, project, slug } = git.data;
    return [{ hash, source, repository: slug.includes('/') ? slug : `${project}/${slug}` }];
  }
  for (const build of [trigger.buildInfo, ...builds]) {
    const found = buildSchema.safeParse(build).data?.scm ?? [];
    const commits = found.flatMap(({ sha1, remoteUrl }) =>
      sha1 ? [{ hash: sha1, ...(remoteUrl ? { remote: remoteUrl } : {}) }] : [],
    );
    if (commits.length > 0) return commits;
  }
  const parent = parentSchema.safeParse(trigger['parentExecution']);
  return parent.success && depth < PARENTS ? commitsOf(parent.data.trigger as ExecutionTrigger, [], depth + 1) : [];
}

function isOf({ repository, remote }: SourceCommit, wanted: string): boolean {
  const path = (repository ?? remote ?? '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .toLowerCase();
  const end = wanted.toLowerCase();
  return path === end || path.endsWith(`/${end}`) || path.endsWith(`:${end}`);
}
