import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of upsertScalingPolicy: what the autoscaler does, and when an instance is made anew because it is ill. */
export const upsertScalingPolicyStageSchema = serverGroupStageSchema
  .extend({
    autoscalingPolicy: z.looseObject({}).nullish(),
    autoHealingPolicy: z.looseObject({}).nullish(),
  })
  .refine((stage) => stage.autoscalingPolicy || stage.autoHealingPolicy, {
    message: 'an autoscalingPolicy or an autoHealingPolicy must be given',
    path: ['autoscalingPolicy'],
  });
