import { credentialsReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { z } from 'zod';

/** An account of objects in Google Cloud Storage. */
export const gcsArtifactAccountSchema = z.object({
  name: z.string(),
  type: z.literal('gcs'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .default('https://storage.googleapis.com')
    .describe('address of the JSON API'),
  credentials: credentialsReferenceSchema.optional().describe('where the key is; absent: public objects alone'),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, 'must be the name of a bucket')
    .optional()
    .describe('whose objects are offered to choose from'),
});
export type GcsArtifactAccount = z.output<typeof gcsArtifactAccountSchema>;
