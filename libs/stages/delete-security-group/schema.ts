import { operationStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of deleteSecurityGroup. */
export const deleteSecurityGroupStageSchema = operationStageSchema.extend({ securityGroupName: z.string().min(1) });
export type DeleteSecurityGroupStage = z.infer<typeof deleteSecurityGroupStageSchema>;
