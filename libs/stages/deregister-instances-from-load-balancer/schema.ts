import { instancesStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of deregisterInstancesFromLoadBalancer. */
export const stageSchema = instancesStageSchema.extend({
  loadBalancerNames: z.array(z.string()).min(1, 'must name at least one load balancer'),
});
