import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of deleteScalingPolicy. */
export const deleteScalingPolicyStageSchema = serverGroupStageSchema.extend({
  deleteAutoHealingPolicy: z.boolean().optional().describe('true: the autohealing goes, the autoscaler stays'),
});
