import { z } from 'zod';

/** Content of a `docker` event: a tag of a repository is new, or points to another image. */
export const dockerEventSchema = z.looseObject({
  account: z.string().describe('name of the registry account'),
  registry: z.string().describe('host, with its port where it has one'),
  repository: z.string(),
  tag: z.string(),
  digest: z.string().optional(),
});
export type DockerEvent = z.infer<typeof dockerEventSchema>;
