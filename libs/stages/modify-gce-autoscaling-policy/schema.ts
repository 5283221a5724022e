import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** What an autoscaler may do. */
export const AUTOSCALING_MODES = ['ON', 'OFF', 'ONLY_SCALE_OUT', 'ONLY_UP'] as const;

/** Inputs of modifyGceAutoscalingPolicy. */
export const modifyGceAutoscalingPolicySchema = serverGroupStageSchema.extend({
  mode: z.enum(AUTOSCALING_MODES).describe('ONLY_UP is the older name of ONLY_SCALE_OUT'),
  policiesBefore: z
    .array(
      z.object({ account: z.string(), region: z.string(), serverGroupName: z.string(), policy: z.looseObject({}) }),
    )
    .optional(),
});
export type ModifyGceAutoscalingPolicy = z.infer<typeof modifyGceAutoscalingPolicySchema>;
