import { capacitySchema } from '@gennaker/contracts/cloud-views';
import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

const flag = z.stringbool().or(z.boolean());
const seconds = z.coerce.number().min(0);

/** How a server group is rolled back. */
export const ROLLBACK_TYPES = ['EXPLICIT', 'PREVIOUS_IMAGE', 'TEST'] as const;

/** Inputs of rollbackServerGroup. */
export const rollbackServerGroupSchema = serverGroupStageSchema.extend({
  rollbackType: z
    .enum(ROLLBACK_TYPES)
    .default('EXPLICIT')
    .describe(
      'EXPLICIT: an existing server group serves again; PREVIOUS_IMAGE: one is made from an image; TEST: only waits, to rehearse',
    ),
  rollbackContext: z
    .looseObject({
      rollbackServerGroupName: z
        .string()
        .optional()
        .describe('goes out of service; absent: the newest enabled one of the cluster'),
      restoreServerGroupName: z
        .string()
        .optional()
        .describe('EXPLICIT: serves again; absent: what the other one replaced, or the next older one'),
      targetHealthyRollbackPercentage: z.coerce
        .number()
        .min(0)
        .max(100)
        .optional()
        .describe('of the restored one, before the other goes; absent: 100 below 10 instances, 90 below 20, else 95'),
      delayBeforeDisableSeconds: seconds.optional().describe('both serve for so long'),
      enableAndDisableOnly: flag.optional().describe('the restored one keeps the size that it has'),
      disableOnly: flag.optional().describe('the restored one serves already'),
      onlyEnabledServerGroups: flag.optional().describe('only what serves now may be restored'),
      imageName: z.string().optional().describe('PREVIOUS_IMAGE: absent, the image that the other one replaced'),
      imageId: z.string().optional().describe("PREVIOUS_IMAGE: Spinnaker's other name of it"),
      waitTime: seconds.optional().describe('TEST: seconds'),
    })
    .default({}),
  rollbackPlan: z
    .object({
      account: z.string(),
      region: z.string(),
      cluster: z.string(),
      from: z.object({ serverGroupName: z.string(), isDisabled: z.boolean() }),
      restore: z
        .object({
          serverGroupName: z.string(),
          capacity: capacitySchema,
          /** The size that it is to have when it serves alone; null: the one that it has. */
          wanted: capacitySchema.nullable(),
          autoscaled: z.boolean(),
        })
        .nullable(),
      image: z.string().nullable(),
      percentage: z.number(),
    })
    .optional()
    .describe('what was decided when the stage ran'),
  measuredFrom: z.number().optional().describe('epoch milliseconds; since when traffic is reported, if it is'),
});
export type RollbackServerGroup = z.infer<typeof rollbackServerGroupSchema>;
export type RollbackPlan = NonNullable<RollbackServerGroup['rollbackPlan']>;
