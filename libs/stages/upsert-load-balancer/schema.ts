import { operationStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of upsertLoadBalancer: the operation's own description, or several in `loadBalancers`. */
export const upsertLoadBalancerStageSchema = operationStageSchema.extend({
  loadBalancers: z.array(z.looseObject({})).optional(),
});
export type UpsertLoadBalancerStage = z.infer<typeof upsertLoadBalancerStageSchema>;
