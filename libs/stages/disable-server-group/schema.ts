import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of disableServerGroup. */
export const stageSchema = serverGroupStageSchema.extend({
  desiredPercentage: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('part of its capacity that stops serving; absent: all'),
});
export type Stage = z.infer<typeof stageSchema>;
