import { z } from 'zod';

/** Inputs of upsertLoadBalancer: the operation's own description, or several in `loadBalancers`. */
export const upsertLoadBalancerStageSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  credentials: z.string().optional(),
  account: z.string().optional(),
  loadBalancers: z.array(z.looseObject({})).optional(),
});
export type UpsertLoadBalancerStage = z.infer<typeof upsertLoadBalancerStageSchema>;
