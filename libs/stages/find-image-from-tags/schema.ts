import { operationStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of findImageFromTags. */
export const findImageFromTagsSchema = operationStageSchema.extend({
  packageName: z.string().min(1).describe("the package that was baked, or the beginning of the image's name"),
  tags: z.record(z.string(), z.coerce.string()).default({}).describe('all of which the image must have'),
});
export type FindImageFromTags = z.infer<typeof findImageFromTagsSchema>;
