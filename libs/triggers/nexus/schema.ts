import { z } from 'zod';

/** Starts when a component is put into a repository of Sonatype Nexus: `POST /webhooks/nexus/{search name}`. */
export const nexusTriggerSchema = z.looseObject({
  type: z.literal('nexus'),
  enabled: z.boolean().optional(),
  nexusSearchName: z.string().min(1).describe('last part of the address that Nexus posts to'),
  payloadConstraints: z
    .record(z.string(), z.string().nullable())
    .optional()
    .describe('top-level key or JSONPath of the body, such as $.repositoryName -> regular expression (RE2)'),
  secret: z.string().optional().describe('secret key of the webhook'),
  secretName: z
    .string()
    .optional()
    .describe('name of a secret of the configuration instead; absent: the one named nexus'),
});
export type NexusTrigger = z.infer<typeof nexusTriggerSchema>;
