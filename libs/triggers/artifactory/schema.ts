import { z } from 'zod';

/** Starts when something is put into a repository of JFrog Artifactory: `POST /webhooks/artifactory/{search name}`. */
export const artifactoryTriggerSchema = z.looseObject({
  type: z.literal('artifactory'),
  enabled: z.boolean().optional(),
  artifactorySearchName: z.string().min(1).describe('last part of the address that Artifactory posts to'),
  payloadConstraints: z
    .record(z.string(), z.string().nullable())
    .optional()
    .describe('top-level key or JSONPath of the body, such as $.data.repo_key -> regular expression (RE2)'),
  secret: z.string().optional().describe("the webhook's secret token"),
  secretName: z
    .string()
    .optional()
    .describe('name of a secret of the configuration instead; absent: the one named artifactory'),
});
export type ArtifactoryTrigger = z.infer<typeof artifactoryTriggerSchema>;
