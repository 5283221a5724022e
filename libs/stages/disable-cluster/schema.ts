import { clusterStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of disableCluster. */
export const disableClusterSchema = clusterStageSchema.extend({
  remainingEnabledServerGroups: z.coerce.number().int().min(0).default(1),
});
