import { z } from 'zod';

/** A server group that a stage of this execution made; in the outputs of deploys under `deployedServerGroups`. */
export const deployedServerGroupSchema = z.looseObject({
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
  serverGroupName: z.string(),
});
export type DeployedServerGroup = z.infer<typeof deployedServerGroupSchema>;

/** A target that a stage of this execution resolved; in its outputs under `resolvedTargets`. */
export const resolvedTargetSchema = z.looseObject({
  account: z.string(),
  region: z.string(),
  target: z.string(),
  serverGroupName: z.string(),
  /** What counted as current then. */
  current: z.string(),
});
export type ResolvedTarget = z.infer<typeof resolvedTargetSchema>;

/** Inputs of the stages that change one server group per region: by name, or by a target that is resolved when the stage runs. */
export const serverGroupStageSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  credentials: z.string().optional().describe('account'),
  account: z.string().optional(),
  region: z.string().optional(),
  regions: z.array(z.string()).optional(),
  cluster: z.string().optional().describe('app-stack-detail'),
  target: z.string().optional().describe('current_asg_dynamic, ancestor_asg_dynamic or oldest_asg_dynamic'),
  serverGroupName: z.string().optional(),
  asgName: z.string().optional(),
  interestingHealthProviderNames: z.array(z.string()).nullish(),
  targetHealthyDeployPercentage: z.number().min(0).max(100).optional(),
  clusterLocks: z.unknown().optional(),
  resolvedTargets: z.array(resolvedTargetSchema).optional(),
});
export type ServerGroupStage = z.infer<typeof serverGroupStageSchema>;

/** Inputs of the stages that change all but some server groups of a cluster. */
export const clusterStageSchema = serverGroupStageSchema.extend({
  preferLargerOverNewer: z.stringbool().or(z.boolean()).optional(),
  chosenServerGroups: z
    .array(z.object({ account: z.string(), region: z.string(), serverGroupName: z.string() }))
    .optional(),
  createdServerGroup: z
    .object({ account: z.string(), region: z.string(), serverGroupName: z.string() })
    .optional()
    .describe('made by the deploy that this stage belongs to: it and newer ones are left alone'),
});
export type ClusterStage = z.infer<typeof clusterStageSchema>;
