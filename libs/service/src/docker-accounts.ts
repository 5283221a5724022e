import { credentialsReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { z } from 'zod';

const repositorySchema = z
  .string()
  .max(255)
  .regex(/^[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*$/, 'must be the name of a repository, such as library/nginx');

/** A registry whose images are watched, as gennaker.yml has it. */
export const dockerAccountSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]+$/, 'must be letters, digits and . _ -'),
  address: z.url({ protocol: /^https?$/ }).describe('of the registry, such as https://registry-1.docker.io'),
  username: z.string().min(1).optional(),
  credentials: credentialsReferenceSchema
    .refine(({ type }) => type !== 'applicationDefault', 'must be of type file or environment')
    .optional()
    .describe('where the password or token is; never the password itself'),
  repositories: z
    .array(repositorySchema)
    .default([])
    .describe('those that are watched; none: all that the catalogue lists'),
  trackDigests: z.boolean().default(false).describe('a tag that is moved counts as new'),
  pollSeconds: z.number().int().min(1).max(86_400).default(30).describe('seconds between two looks'),
});
export type DockerAccount = z.output<typeof dockerAccountSchema>;

/** What stands under `docker` in gennaker.yml. */
export const dockerConfigSchema = z
  .strictObject({ accounts: z.array(dockerAccountSchema).default([]) })
  .refine(
    ({ accounts }) => new Set(accounts.map(({ name }) => name)).size === accounts.length,
    'has two accounts of one name: rename one of them',
  );
