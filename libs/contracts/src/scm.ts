import { z } from 'zod';
import { defineApi } from './route.ts';

/** Kinds of source hosts, as git triggers name them; `git`: a plain remote without an API. */
export const SCM_TYPES = ['github', 'gitlab', 'bitbucket', 'stash', 'git'] as const;
export const scmTypeSchema = z.enum(SCM_TYPES);
export type ScmType = z.infer<typeof scmTypeSchema>;

/** A commit by its whole name: what a tag or a status is of must be beyond doubt. */
export const commitHashSchema = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i, "must be a commit's whole SHA, 40 hexadecimal digits")
  .transform((hash) => hash.toLowerCase());

const repositoryPathSchema = z
  .string()
  .max(300)
  .regex(
    /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._~][A-Za-z0-9._~-]*(?:\/[A-Za-z0-9._~][A-Za-z0-9._~-]*)*$/,
    'must be the path of a repository, such as group/name',
  );

/** Which repository, and with which account: the account by name, by its type, or the one that serves the remote's host. */
export const scmRepositorySchema = z.object({
  account: z.string().min(1).optional().describe('name of an account under scm.accounts in gennaker.yml'),
  source: scmTypeSchema.optional().describe('type of the account, where none is named'),
  repository: repositoryPathSchema.optional().describe('path of the repository: organisation/name'),
  remote: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('the address that it is cloned from, where no path is given'),
});
export type ScmRepository = z.infer<typeof scmRepositorySchema>;

/** A tag's name, by the rules of git's own references. */
export const tagNameSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(200)
  .regex(
    // oxlint-disable-next-line no-control-regex -- git forbids them, so they are named
    /^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)))[^\u0000-\u0020\u007f~^:?*[\\]+(?<![./])$/,
    'must be a name that git takes: no blanks, none of ~ ^ : ? * [ \\ and no ".."',
  );

const foundRepository = {
  account: z.string(),
  repository: z.string(),
  hash: z.string(),
};

/** What a tag became. */
export const taggedCommitSchema = z.object({
  ...foundRepository,
  tag: z.string(),
  created: z.boolean().describe('false: the commit had this tag already'),
  url: z.string().optional().describe('page of the tag'),
  release: z
    .object({ created: z.boolean(), url: z.string().optional() })
    .optional()
    .describe('the release of the tag, where one was asked for'),
});
export type TaggedCommit = z.infer<typeof taggedCommitSchema>;

/** States of a commit's status; each host has its own words for them. */
export const commitStateSchema = z.enum(['pending', 'success', 'failure', 'cancelled']);
export type CommitState = z.infer<typeof commitStateSchema>;

/** A commit of a comparison, as Spinnaker tells it. */
export const comparedCommitSchema = z.object({
  id: z.string(),
  displayId: z.string().describe('the id in short'),
  authorDisplayName: z.string(),
  timestamp: z.number().optional().describe('epoch milliseconds'),
  message: z.string(),
  commitUrl: z.string().optional(),
  compareUrl: z.string().optional(),
});
export type ComparedCommit = z.infer<typeof comparedCommitSchema>;

/** An account of a source host, as it is shown: never its credentials. */
export const scmAccountSchema = z.object({
  name: z.string(),
  type: scmTypeSchema,
  address: z.string(),
  hosts: z.array(z.string()).describe('hosts of remotes that it is used for'),
});
export type ScmAccount = z.infer<typeof scmAccountSchema>;

/** Source hosts: tags, releases, statuses and comparisons of commits. */
export const scmRoutes = defineApi({
  listScmAccounts: {
    method: 'GET',
    path: '/scm/accounts',
    summary: 'Accounts of source hosts',
    response: z.array(scmAccountSchema),
  },
  tagCommit: {
    method: 'POST',
    path: '/scm/tags',
    summary:
      'Tag a commit, and release the tag where that is asked for; what is there already on that commit is left as it is',
    body: scmRepositorySchema.extend({
      hash: commitHashSchema,
      tag: tagNameSchema,
      message: z.string().max(10_000).optional().describe('makes it an annotated tag'),
      release: z
        .object({
          name: z.string().max(500).optional().describe("absent: the tag's name"),
          notes: z.string().max(100_000).optional(),
          prerelease: z.boolean().optional().describe('of GitHub alone'),
        })
        .optional(),
    }),
    response: taggedCommitSchema,
  },
  setCommitStatus: {
    method: 'POST',
    path: '/scm/statuses',
    summary: 'Say how something that was done with a commit stands; the newest of each context counts',
    body: scmRepositorySchema.extend({
      hash: commitHashSchema,
      state: commitStateSchema,
      context: z.string().min(1).max(200).describe('what it is a status of, such as gennaker/deploy'),
      description: z.string().optional().describe('cut to what the host takes'),
      url: z.url().optional().describe('page that tells more'),
    }),
    response: z.object({ ...foundRepository, state: commitStateSchema }),
  },
  compareCommits: {
    method: 'GET',
    path: '/scm/compare',
    summary: 'Commits that are in one revision and not in another, the newest first',
    query: scmRepositorySchema.extend({
      from: z.string().min(1).max(200).describe('the older revision'),
      to: z.string().min(1).max(200).describe('the newer revision'),
    }),
    response: z.array(comparedCommitSchema),
  },
});
