import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of updateLaunchConfig: what shall be otherwise. Unknown keys are handed to the cloud's operation. */
export const updateLaunchConfigStageSchema = serverGroupStageSchema.extend({
  image: z.string().nullish(),
  instanceType: z.string().nullish(),
  instanceMetadata: z.record(z.string(), z.string()).nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  tags: z.array(z.string()).nullish(),
  requireAutohealing: z
    .boolean()
    .optional()
    .describe('refuses to replace instances behind load balancers whose health the group itself does not look at'),
  updatePolicy: z
    .looseObject({ type: z.enum(['OPPORTUNISTIC', 'PROACTIVE']).default('OPPORTUNISTIC') })
    .nullish()
    .describe('PROACTIVE: the instances are replaced, step by step; OPPORTUNISTIC: each when it is made anew anyway'),
});
export type UpdateLaunchConfigStage = z.infer<typeof updateLaunchConfigStageSchema>;
