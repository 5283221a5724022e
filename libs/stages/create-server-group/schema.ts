import { capacitySchema } from '@gennaker/contracts/clouddriver';
import { z } from 'zod';

const count = z.coerce.number().int().min(0);

/** Inputs of createServerGroup: a cluster of a deploy stage. Unknown keys are handed to the cloud's operation. */
export const createServerGroupStageSchema = z.looseObject({
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
  loadBalancers: z.array(z.string()).nullish(),
  strategy: z.string().nullish(),
  enableTraffic: z.boolean().optional(),
  disableTraffic: z.boolean().optional(),
  trafficOptions: z.string().optional().describe('`disable`: no traffic'),
  targetHealthyDeployPercentage: z.number().min(0).max(100).default(100),
  interestingHealthProviderNames: z.array(z.string()).nullish(),
  clusterLocks: z.unknown().optional(),
  createdServerGroup: z
    .object({ account: z.string(), region: z.string(), serverGroupName: z.string(), image: z.string().optional() })
    .optional(),
});
export type CreateServerGroupStage = z.infer<typeof createServerGroupStageSchema>;
