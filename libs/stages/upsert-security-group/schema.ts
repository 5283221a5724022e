import { operationStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of upsertSecurityGroup. Unknown keys are handed to the cloud's operation. */
export const upsertSecurityGroupStageSchema = operationStageSchema.extend({
  securityGroupName: z.string().min(1),
  network: z.string().optional(),
  description: z.string().nullish(),
  sourceRanges: z.array(z.string()).nullish().describe('address ranges that may come in'),
  sourceTags: z.array(z.string()).nullish().describe('or instances with these network tags'),
  targetTags: z.array(z.string()).nullish().describe('instances that it is for'),
  allowed: z
    .array(z.looseObject({ ipProtocol: z.string().min(1), portRanges: z.array(z.string()).nullish() }))
    .nullish(),
});
export type UpsertSecurityGroupStage = z.infer<typeof upsertSecurityGroupStageSchema>;
