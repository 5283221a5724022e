import { capacitySchema } from '@gennaker/contracts/clouddriver';
import { z } from 'zod';

const name = z.string().min(1);
const resourceName = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be a lower-case letter, then up to 62 letters, digits or hyphens, not ending with a hyphen',
  );

/** Labels as Google takes them; letters may be of any script without capitals. */
const labelKey = z.string().regex(/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u);
const labelValue = z
  .string()
  .regex(
    /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u,
    'the value of a label holds lower-case letters, digits, _ and - only, at most 63',
  );
const labelsOf = <V extends z.ZodType>(value: V) =>
  z.record(labelKey, value, {
    error: ({ code }) =>
      code === 'invalid_key'
        ? 'a label starts with a lower-case letter; then lower-case letters, digits, _ and -, at most 63'
        : undefined,
  });

/** Whether this machine knows a time zone of that name. */
function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format(0) !== '';
  } catch {
    return false;
  }
}

/** How a load balancer uses a group (Spinnaker's loadBalancingPolicy). */
export const loadBalancingPolicySchema = z.looseObject({
  balancingMode: z.enum(['CONNECTION', 'UTILIZATION', 'RATE']).optional(),
  maxUtilization: z.number().min(0).max(1).optional(),
  maxConnectionsPerInstance: z.number().int().positive().optional(),
  maxRatePerInstance: z.number().positive().optional(),
  capacityScaler: z.number().min(0).max(1).optional(),
  namedPorts: z.array(z.looseObject({ name, port: z.number().int().min(1).max(65_535) })).optional(),
});
export type LoadBalancingPolicy = z.infer<typeof loadBalancingPolicySchema>;

/** `{}`: there is to be none, as an absent one stays what it is. */
const utilization = z.looseObject({ utilizationTarget: z.number().positive().optional() });
/** As `utilization`. */
const cpuUtilization = z.looseObject({
  utilizationTarget: z.number().positive().max(1, 'must be a fraction of the CPU, such as 0.6 for 60 %').optional(),
});
const fixedOrPercent = z.looseObject({
  fixed: z.number().int().min(0).optional(),
  percent: z.number().int().min(0).max(100).optional(),
});

/** When a group has at least so many instances, again and again (Compute's scalingSchedules). */
const scalingScheduleSchema = z.looseObject({
  minRequiredReplicas: z.number().int().min(0),
  schedule: z
    .string()
    .regex(/^\s*\S+(\s+\S+){4,5}\s*$/, 'must have the five fields of cron, and a year as the sixth where wanted')
    .describe('start times as cron has them: minute, hour, day, month, weekday'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin')
    .nullish()
    .describe('UTC when absent'),
  durationSec: z.number().int().min(300, 'must be at least 300'),
  disabled: z.boolean().nullish(),
  description: z.string().nullish(),
});

/** When an autoscaler adds and removes instances (Compute's autoscalingPolicy). */
export const autoscalingPolicySchema = z.looseObject({
  minNumReplicas: z.number().int().min(0).optional(),
  maxNumReplicas: z.number().int().min(0).optional(),
  coolDownPeriodSec: z.number().int().min(0).optional(),
  mode: z.enum(['ON', 'OFF', 'ONLY_UP', 'ONLY_SCALE_OUT']).optional(),
  cpuUtilization: cpuUtilization.nullish(),
  loadBalancingUtilization: utilization.nullish(),
  customMetricUtilizations: z.array(z.looseObject({ metric: name })).nullish(),
  scaleInControl: z
    .looseObject({ maxScaledInReplicas: fixedOrPercent.nullish(), timeWindowSec: z.number().int().optional() })
    .nullish(),
  scalingSchedules: z.record(resourceName, scalingScheduleSchema).nullish(),
});
export type AutoscalingPolicy = z.infer<typeof autoscalingPolicySchema>;

/** When an instance is made anew because it is ill (Spinnaker's autoHealingPolicy). */
export const autoHealingPolicySchema = z.looseObject({
  healthCheck: name.describe('name or link of a health check'),
  healthCheckKind: z.enum(['healthCheck', 'httpHealthCheck', 'httpsHealthCheck']).default('healthCheck'),
  initialDelaySec: z.number().int().min(0).max(3_600).default(300),
  maxUnavailable: z.unknown().optional().describe("does nothing: Compute's API has no such field any more"),
});
export type AutoHealingPolicy = z.infer<typeof autoHealingPolicySchema>;

export const diskSchema = z.looseObject({
  type: z.string().default('pd-standard').describe('pd-standard, pd-balanced, pd-ssd, local-ssd, ...'),
  sizeGb: z.coerce.number().int().positive().optional(),
  sourceImage: z.string().nullish(),
  autoDelete: z.boolean().default(true),
  labels: labelsOf(labelValue).nullish(),
});
export type Disk = z.infer<typeof diskSchema>;

/** What an instance is made of: fields that createServerGroup, cloneServerGroup and updateLaunchConfig share. */
const launchFields = {
  instanceType: z.string().nullish(),
  minCpuPlatform: z.string().nullish(),
  disks: z.array(diskSchema).nullish(),
  instanceMetadata: z.record(z.string(), z.string()).nullish(),
  userData: z.string().nullish().describe('lines of key=value, which become metadata'),
  labels: labelsOf(labelValue).nullish(),
  tags: z.array(resourceName).nullish(),
  network: z.string().nullish(),
  subnet: z.string().nullish(),
  associatePublicIpAddress: z.boolean().nullish(),
  canIpForward: z.boolean().nullish(),
  serviceAccountEmail: z.string().nullish(),
  authScopes: z.array(z.string()).nullish(),
  preemptible: z.boolean().nullish(),
  provisioningModel: z.enum(['STANDARD', 'SPOT']).nullish(),
  automaticRestart: z.boolean().nullish(),
  onHostMaintenance: z.enum(['MIGRATE', 'TERMINATE']).nullish(),
  enableSecureBoot: z.boolean().nullish(),
  enableVtpm: z.boolean().nullish(),
  enableIntegrityMonitoring: z.boolean().nullish(),
  acceleratorConfigs: z
    .array(z.looseObject({ acceleratorType: name, acceleratorCount: z.coerce.number().int().min(1) }))
    .nullish(),
  resourceManagerTags: z.record(z.string(), z.string()).nullish(),
};

/** What a server group is beside its instances. */
const groupFields = {
  regional: z.boolean().nullish(),
  zone: z.string().nullish().describe('makes a zonal group'),
  selectZones: z.boolean().nullish(),
  distributionPolicy: z
    .looseObject({
      zones: z.array(z.string()).nullish(),
      targetShape: z.enum(['EVEN', 'BALANCED', 'ANY', 'ANY_SINGLE_ZONE']).nullish(),
    })
    .nullish(),
  instanceFlexibilityPolicy: z.looseObject({}).nullish(),
  capacity: capacitySchema.nullish(),
  targetSize: z.number().int().min(0).nullish(),
  loadBalancers: z.array(z.string()).nullish(),
  backendServices: z
    .record(z.string(), z.array(z.string()))
    .nullish()
    .describe('by load balancer of type HTTP or INTERNAL_MANAGED with several: which of its backend services'),
  loadBalancingPolicy: loadBalancingPolicySchema.nullish(),
  disableTraffic: z.boolean().nullish(),
  autoscalingPolicy: autoscalingPolicySchema.nullish(),
  autoHealingPolicy: autoHealingPolicySchema.nullish(),
  diskSizeGb: z.number().int().positive().nullish(),
  imageSource: z.enum(['STRING', 'ARTIFACT', 'PRIOR_STAGE']).nullish(),
  imageArtifact: z.looseObject({ reference: z.string().optional(), name: z.string().optional() }).nullish(),
  port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .nullish()
    .describe("port that the application serves; the first load balancer's when absent"),
};

/** Description of createServerGroup: Spinnaker's fields. */
export const createServerGroupSchema = z.looseObject({
  application: name,
  stack: z.string().nullish(),
  freeFormDetails: z.string().nullish(),
  credentials: name,
  region: name,
  image: name
    .nullish()
    .describe('name or link of an image, or family/NAME for the newest of a family; or imageArtifact says it'),
  source: z
    .looseObject({
      account: z.string().nullish(),
      region: z.string().nullish(),
      serverGroupName: z.string().nullish(),
      useSourceCapacity: z.boolean().nullish(),
    })
    .nullish(),
  ...launchFields,
  ...groupFields,
});
export type CreateServerGroup = z.infer<typeof createServerGroupSchema>;

/** Description of createGoogleInstance: one machine in a zone. */
export const createInstanceSchema = z.looseObject({
  credentials: name,
  application: name.nullish().describe('on whose behalf; absent: the name begins with it'),
  instanceName: resourceName,
  zone: z.string().regex(/^[a-z]+-[a-z]+\d+-[a-z]$/, 'must be the name of a zone, such as us-central1-b'),
  region: name.nullish(),
  image: name.describe('name or link of an image, or family/NAME for the newest of a family'),
  ...launchFields,
});
export type CreateInstance = z.infer<typeof createInstanceSchema>;

/** Description of cloneServerGroup: what is not said is taken from the source as it is now. */
export const cloneServerGroupSchema = createServerGroupSchema.extend({
  application: name.nullish(),
  region: name.nullish().describe("the source's when absent"),
  source: z.looseObject({
    account: z.string().nullish(),
    region: name,
    serverGroupName: name,
    useSourceCapacity: z.boolean().nullish(),
  }),
  overwriteAncestorAutoHealingPolicy: z
    .boolean()
    .nullish()
    .describe('true: the autoHealingPolicy of the description alone, or none without one'),
});
export type CloneServerGroup = z.infer<typeof cloneServerGroupSchema>;

/** Description of an operation on one server group. */
export const serverGroupOperationSchema = z.looseObject({
  credentials: name,
  region: name,
  serverGroupName: name,
});
export type ServerGroupOperation = z.infer<typeof serverGroupOperationSchema>;

const writeMetadata = z
  .boolean()
  .nullish()
  .describe("true keeps the policy in the template's metadata too, as Spinnaker does, for a new template each time");

export const resizeServerGroupSchema = serverGroupOperationSchema.extend({
  targetSize: z.number().int().min(0).nullish(),
  capacity: capacitySchema.partial().nullish(),
  autoscalingMode: autoscalingPolicySchema.shape.mode.nullable(),
  writeMetadata,
});
export type ResizeServerGroup = z.infer<typeof resizeServerGroupSchema>;

export const upsertScalingPolicySchema = serverGroupOperationSchema.extend({
  autoscalingPolicy: autoscalingPolicySchema.nullish(),
  autoHealingPolicy: autoHealingPolicySchema.nullish(),
  writeMetadata,
});
export type UpsertScalingPolicy = z.infer<typeof upsertScalingPolicySchema>;

export const deleteScalingPolicySchema = serverGroupOperationSchema.extend({
  deleteAutoHealingPolicy: z.boolean().nullish(),
  writeMetadata,
});
export type DeleteScalingPolicy = z.infer<typeof deleteScalingPolicySchema>;

/** How instances follow a new template (Compute's updatePolicy). */
export const updatePolicySchema = z.looseObject({
  type: z
    .enum(['OPPORTUNISTIC', 'PROACTIVE'])
    .default('OPPORTUNISTIC')
    .describe('PROACTIVE replaces the instances, OPPORTUNISTIC leaves them until each is made anew'),
  minimalAction: z.enum(['NONE', 'REFRESH', 'RESTART', 'REPLACE']).default('REPLACE'),
  replacementMethod: z.enum(['SUBSTITUTE', 'RECREATE']).optional(),
  maxSurge: fixedOrPercent.optional(),
  maxUnavailable: fixedOrPercent.optional(),
});
export type UpdatePolicy = z.infer<typeof updatePolicySchema>;

/** Description of updateLaunchConfig: fields that are given are changed. */
export const updateLaunchConfigSchema = serverGroupOperationSchema.extend({
  ...launchFields,
  image: name.nullish(),
  updatePolicy: updatePolicySchema.nullish(),
});
export type UpdateLaunchConfig = z.infer<typeof updateLaunchConfigSchema>;

export const upsertServerGroupTagsSchema = serverGroupOperationSchema.extend({ tags: z.array(resourceName) });
export type UpsertServerGroupTags = z.infer<typeof upsertServerGroupTagsSchema>;

const instanceIds = z.array(name).min(1, 'must name at least one instance');

/** Description of terminateInstances: members of `serverGroupName` are made anew; without it machines are deleted. */
export const terminateInstancesSchema = z.looseObject({
  credentials: name,
  region: name.nullish(),
  zone: name.nullish(),
  serverGroupName: name.nullish(),
  instanceIds,
});
export type TerminateInstances = z.infer<typeof terminateInstancesSchema>;

export const terminateAndDecrementSchema = serverGroupOperationSchema.extend({ instanceIds });

export const rebootInstancesSchema = z.looseObject({
  credentials: name,
  region: name.nullish(),
  zone: name.nullish(),
  instanceIds,
});

export const setStatefulDiskSchema = serverGroupOperationSchema.extend({
  deviceName: name.describe('a disk of the template whose content is kept when its instance is made anew'),
});
export type SetStatefulDisk = z.infer<typeof setStatefulDiskSchema>;

export const statefullyUpdateBootImageSchema = serverGroupOperationSchema.extend({ bootImage: name });
export type StatefullyUpdateBootImage = z.infer<typeof statefullyUpdateBootImageSchema>;

export const upsertImageTagsSchema = z.looseObject({
  credentials: name,
  application: name.nullish().describe('on whose behalf: who may write to it may tag; absent: administrators only'),
  imageName: name,
  tags: labelsOf(labelValue.nullable().describe('null takes the label away')),
});
export type UpsertImageTags = z.infer<typeof upsertImageTagsSchema>;
