import { operationStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of deleteLoadBalancer. */
export const deleteLoadBalancerStageSchema = operationStageSchema.extend({
  loadBalancerName: z.string().min(1),
  loadBalancerType: z.string().optional(),
});
export type DeleteLoadBalancerStage = z.infer<typeof deleteLoadBalancerStageSchema>;
