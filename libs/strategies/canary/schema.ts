import { takeOverFields } from '@gennaker/extension-sdk/strategy-stages';
import { stepRulesFields } from '@gennaker/extension-sdk/strategy-steps';
import { z } from 'zod';

const stepSchema = z.looseObject({
  percentage: z.coerce.number().int().min(1).max(99).describe('share of the new server group'),
  waitSeconds: z.coerce.number().min(0).default(60).describe('how long its traffic is watched'),
  judgment: z
    .union([z.boolean(), z.looseObject({ instructions: z.string().optional() })])
    .optional()
    .describe('a person has to say yes before it goes on'),
});

/** What canary reads of a cluster's description. */
export const canarySchema = z.looseObject({
  ...takeOverFields,
  canary: z
    .looseObject({
      by: z
        .enum(['traffic', 'instances'])
        .default('traffic')
        .describe('traffic: weights at the load balancer; instances: as many as give the share'),
      steps: z
        .array(stepSchema)
        .min(1)
        .prefault([{ percentage: 10 }, { percentage: 50 }]),
      ...stepRulesFields,
    })
    .prefault({}),
});
export type Canary = z.output<typeof canarySchema>['canary'];
