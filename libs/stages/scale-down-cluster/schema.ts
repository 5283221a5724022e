import { clusterStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of scaleDownCluster. */
export const scaleDownClusterSchema = clusterStageSchema.extend({
  remainingFullSizeServerGroups: z.coerce.number().int().min(0).default(1),
  allowScaleDownActive: z.stringbool().or(z.boolean()).default(false),
});
