import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of enableServerGroup. */
export const stageSchema = serverGroupStageSchema.extend({
  desiredPercentage: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('part of its capacity that serves; absent: all'),
});
export type Stage = z.infer<typeof stageSchema>;
