import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of statefullyUpdateBootImage. */
export const statefullyUpdateBootImageStageSchema = serverGroupStageSchema.extend({
  bootImage: z.string().min(1).describe('name of an image'),
});
