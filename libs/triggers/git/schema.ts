import { z } from 'zod';

/** Services whose webhooks are understood, by the last part of the address. */
export const GIT_SOURCES = ['github', 'gitlab', 'bitbucket', 'stash'] as const;

/** Starts on a push, a pull request or another event of a repository: `POST /webhooks/git/{source}`. */
export const gitTriggerSchema = z.looseObject({
  type: z.literal('git'),
  enabled: z.boolean().optional(),
  source: z.string().min(1).describe('github, gitlab, bitbucket or stash'),
  project: z.string().min(1).describe('owner, group, workspace or project key of the repository'),
  slug: z.string().min(1).describe('name of the repository'),
  branch: z
    .string()
    .optional()
    .describe('regular expression (RE2) that describes the whole branch, or refs/tags/...; absent: any'),
  events: z.array(z.string()).optional().describe('actions, such as push:push or pull_request:opened; absent: all'),
  secret: z.string().optional().describe('that the webhook is signed with, or its token'),
  secretName: z
    .string()
    .optional()
    .describe('name of a secret of the configuration instead; absent: the one named git'),
});
export type GitTrigger = z.infer<typeof gitTriggerSchema>;
