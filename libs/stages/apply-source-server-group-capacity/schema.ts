import { capacitySchema } from '@gennaker/contracts/cloud-views';
import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import type { z } from 'zod';

/** Inputs of applySourceServerGroupCapacity: a server group by name or target. */
export const stageSchema = serverGroupStageSchema.extend({
  sourceServerGroupCapacitySnapshot: capacitySchema
    .optional()
    .describe('what was captured; absent: by the nearest captureSourceServerGroupCapacity before'),
  appliedCapacity: capacitySchema.nullish().describe('what the server group gets; null: it has it already'),
});
export type Stage = z.output<typeof stageSchema>;
