import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { z } from 'zod';

/** An account of objects in S3, or in what speaks its language. */
export const s3ArtifactAccountSchema = z
  .object({
    name: z.string(),
    type: z.literal('s3'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("address of a compatible store, buckets in the path; absent: Amazon's own"),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'must be a region, such as eu-central-1')
      .default('us-east-1'),
    accessKeyId: z.string().min(1).optional().describe('absent: public objects alone'),
    secretAccessKey: secretReferenceSchema.optional().describe('where the secret key is'),
    bucket: bucketName().optional().describe('whose objects are offered to choose from'),
  })
  .superRefine(({ accessKeyId, secretAccessKey }, context) => {
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
      context.addIssue({
        code: 'custom',
        path: [accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey'],
        message: 'accessKeyId and secretAccessKey go together',
      });
  });
export type S3ArtifactAccount = z.output<typeof s3ArtifactAccountSchema>;

function bucketName() {
  return z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket');
}
