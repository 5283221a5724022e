import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of releaseHolds. */
export const stageSchema = serverGroupStageSchema.extend({
  holds: z.array(z.string()).optional().describe('names of the holds; absent: all that this execution made'),
});
export type Stage = z.infer<typeof stageSchema>;
