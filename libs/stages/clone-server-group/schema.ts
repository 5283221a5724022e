import { capacitySchema } from '@gennaker/contracts/cloud-views';
import { newServerGroupStageSchema, sourceServerGroupSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of cloneServerGroup: what is cloned, and what the clone has otherwise. Unknown keys are handed to the cloud's operation. */
export const cloneServerGroupSchema = newServerGroupStageSchema.extend({
  source: sourceServerGroupSchema.optional().describe('the server group that is cloned, by name'),
  target: z.string().optional().describe('or by what it is in the cluster: current_asg_dynamic and the like'),
  cluster: z.string().optional().describe('app-stack-detail'),
  targetCluster: z.string().optional().describe("forms' spelling of cluster"),
  sourceCapacity: capacitySchema.optional().describe('how many instances the source had when the stage began'),
  regions: z.array(z.string()).optional(),
});
export type CloneServerGroup = z.infer<typeof cloneServerGroupSchema>;
