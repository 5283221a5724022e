import { z } from 'zod';
import { artifactSchema } from './artifacts.ts';
import { capacitySchema } from './cloud-views.ts';

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

/** A server group and where it is. */
export const placedServerGroupSchema = z.object({
  account: z.string(),
  region: z.string(),
  serverGroupName: z.string(),
});
export type PlacedServerGroup = z.infer<typeof placedServerGroupSchema>;

/** The server group that a new one replaces, as it was before. */
export const replacedServerGroupSchema = placedServerGroupSchema.extend({
  capacity: capacitySchema,
  image: z.string().optional(),
});
export type ReplacedServerGroup = z.infer<typeof replacedServerGroupSchema>;

const percentage = z.coerce.number().min(0).max(100);

/**
 * A server group that must be healthy, at its load balancers where it has some, at the moment of a change: the one that
 * takes over from those that are changed. While it is not, the change waits, and fails when the patience ends.
 */
export const onlyWhileHealthySchema = placedServerGroupSchema.extend({
  targetHealthyDeployPercentage: percentage.default(100),
  interestingHealthProviderNames: z.array(z.string()).nullish(),
  instances: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('least number of healthy instances; absent: by percentage'),
  healthyForSeconds: z.coerce.number().min(0).default(0).describe('once it was found unhealthy: healthy for so long'),
  patienceSeconds: z.coerce.number().min(0).default(300),
});
export type OnlyWhileHealthy = z.infer<typeof onlyWhileHealthySchema>;

/** The server group that a stage takes something from, as Spinnaker's forms and older pipelines name it. */
export const sourceServerGroupSchema = z.looseObject({
  account: z.string().optional(),
  credentials: z.string().optional(),
  region: z.string().optional(),
  serverGroupName: z.string().optional(),
  asgName: z.string().optional(),
});

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
  onlyWhileHealthy: onlyWhileHealthySchema.optional(),
  resolvedTargets: z.array(resolvedTargetSchema).optional(),
});
export type ServerGroupStage = z.infer<typeof serverGroupStageSchema>;

const flag = z.stringbool().or(z.boolean());

/** Inputs of the stages that change all but some server groups of a cluster. */
export const clusterStageSchema = serverGroupStageSchema.extend({
  preferLargerOverNewer: flag.optional(),
  continueIfClusterNotFound: flag.optional().describe('a cluster without server groups is no failure'),
  chosenServerGroups: z.array(placedServerGroupSchema).optional(),
  createdServerGroup: placedServerGroupSchema
    .optional()
    .describe('made by the deploy that this stage belongs to: it and newer ones are left alone'),
});
export type ClusterStage = z.infer<typeof clusterStageSchema>;

const count = z.coerce.number().int().min(0);

/** Inputs of the stages that make one server group and let its strategy see to the older ones. Unknown keys are handed to the cloud's operation. */
export const newServerGroupStageSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  credentials: z.string().optional(),
  account: z.string().optional(),
  application: z.string().optional(),
  stack: z.string().nullish(),
  freeFormDetails: z.string().nullish(),
  region: z.string().optional(),
  availabilityZones: z.record(z.string(), z.array(z.string())).optional(),
  capacity: z
    .looseObject({ min: count, max: count, desired: count })
    .transform((capacity) => capacitySchema.parse(capacity))
    .optional(),
  targetSize: count.optional(),
  image: z.string().nullish(),
  imageId: z.string().nullish(),
  amiName: z.string().nullish(),
  imageSource: z.string().nullish().describe('`artifact`: imageArtifactId or imageArtifact says which image'),
  imageArtifactId: z.string().nullish().describe('id of an expected artifact that is bound'),
  imageArtifact: artifactSchema.nullish(),
  loadBalancers: z.array(z.string()).nullish(),
  strategy: z.string().nullish(),
  enableTraffic: z.boolean().optional(),
  disableTraffic: z.boolean().optional(),
  trafficOptions: z.string().optional().describe('`disable`: no traffic'),
  targetHealthyDeployPercentage: percentage.default(100),
  healthyForSeconds: z.coerce
    .number()
    .min(0)
    .optional()
    .describe('how long it must be healthy without a break before anything is taken from older ones'),
  unhealthyPatienceSeconds: z.coerce
    .number()
    .min(0)
    .default(300)
    .describe('how long a step that takes from older ones waits for it to be healthy again'),
  interestingHealthProviderNames: z.array(z.string()).nullish(),
  useSourceCapacity: flag.optional().describe('as many instances as the one that it replaces has now'),
  preferSourceCapacity: flag.optional().describe('the same, and as many as described where it replaces none'),
  rollback: z
    .looseObject({
      onFailure: flag.default(false).describe('bring the one that served before back to its size, too'),
      destroyLatest: flag.default(false).describe('destroy the new one once it is out of traffic'),
    })
    .nullish(),
  clusterLocks: z.unknown().optional(),
  createdServerGroup: placedServerGroupSchema.extend({ image: z.string().optional() }).optional(),
  replacedServerGroup: replacedServerGroupSchema.nullish().describe('what served before; null: nothing did'),
  predecessor: z.string().nullish().describe('the same, or else the newest of the cluster, that got no requests'),
  servedBefore: z
    .array(z.string())
    .optional()
    .describe('server groups of the cluster that served before, newest first'),
  asDeployed: z.record(z.string(), z.unknown()).optional().describe('what the strategy has it made with'),
  savedCapacity: capacitySchema.optional().describe('what it is to have in the end'),
  measuredFrom: z
    .number()
    .nullish()
    .describe('epoch milliseconds; since when its traffic is reported; null: no load balancer is involved'),
  healthySince: z.number().nullish().describe('epoch milliseconds'),
});
export type NewServerGroupStage = z.infer<typeof newServerGroupStageSchema>;

/** Inputs of the stages that submit an operation which belongs to no cluster. Unknown keys are handed to the operation. */
export const operationStageSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  credentials: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
  regions: z.array(z.string()).optional(),
});
export type OperationStage = z.infer<typeof operationStageSchema>;

/** Inputs of the stages that do something to instances. Unknown keys are handed to the operation. */
export const instancesStageSchema = operationStageSchema.extend({
  instanceIds: z.array(z.string()).optional(),
  instance: z.string().optional().describe('one instance, as instanceIds with one'),
  serverGroupName: z.string().optional(),
  asgName: z.string().optional(),
  zone: z.string().optional(),
  loadBalancerNames: z.array(z.string()).optional(),
  interestingHealthProviderNames: z.array(z.string()).nullish(),
  clusterLocks: z.unknown().optional(),
  instancesBefore: z
    .array(
      z.object({
        id: z.string(),
        zone: z.string().optional(),
        launchTime: z.number().optional(),
        serverGroupName: z.string().optional(),
      }),
    )
    .optional()
    .describe('what was found when the stage began'),
});
export type InstancesStage = z.infer<typeof instancesStageSchema>;
