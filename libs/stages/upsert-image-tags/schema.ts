import { operationStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of upsertImageTags. */
export const upsertImageTagsSchema = operationStageSchema.extend({
  imageNames: z.array(z.string()).optional().describe('absent: the images of earlier stages'),
  imageIds: z.array(z.string()).optional(),
  consideredStages: z.array(z.string()).optional().describe('refIds of the earlier stages whose images are meant'),
  tags: z
    .record(z.string(), z.coerce.string())
    .refine((tags) => Object.keys(tags).length > 0, 'at least one tag must be given'),
  targets: z.array(z.object({ imageName: z.string(), account: z.string() })).optional(),
});
export type UpsertImageTags = z.infer<typeof upsertImageTagsSchema>;
