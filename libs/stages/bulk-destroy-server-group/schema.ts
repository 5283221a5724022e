import { operationStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of bulkDestroyServerGroup. */
export const bulkDestroyServerGroupSchema = operationStageSchema.extend({
  serverGroupNames: z.array(z.string()).min(1, 'must name at least one server group'),
  clusterLocks: z.unknown().optional(),
});
export type BulkDestroyServerGroup = z.infer<typeof bulkDestroyServerGroupSchema>;
