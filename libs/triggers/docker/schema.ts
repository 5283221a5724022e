import { z } from 'zod';

/** Starts when an image of a repository gets a new tag. */
export const dockerTriggerSchema = z.looseObject({
  type: z.literal('docker'),
  enabled: z.boolean().optional(),
  id: z.string().optional(),
  account: z.string().min(1).describe('name of the registry account; last part of the address of its webhooks'),
  registry: z.string().optional().describe('host of the registry'),
  organization: z.string().optional(),
  repository: z.string().min(1).describe('such as library/shop'),
  tag: z.string().optional().describe('regular expression (RE2) for the whole tag; empty: any tag but "latest"'),
  secret: z.string().optional().describe('that webhooks are signed with; anybody who may READ the pipeline sees it'),
  secretName: z.string().optional().describe('a secret of `triggerSecrets` in gennaker.yml; absent: `docker`'),
});
export type DockerTrigger = z.infer<typeof dockerTriggerSchema>;
