import { takeOverFields } from '@gennaker/extension-sdk/strategy-stages';
import { stepRulesFields } from '@gennaker/extension-sdk/strategy-steps';
import { z } from 'zod';

const flag = z.stringbool().or(z.boolean());

/** What monitored reads of a cluster's description. */
export const monitoredSchema = z.looseObject({
  ...takeOverFields,
  deploySteps: z
    .array(z.coerce.number().int().min(1).max(100))
    .default([10, 50])
    .describe('per cent of the size that the new server group has after each step; 100 follows by itself'),
  deploymentMonitor: z
    .looseObject({
      id: z.string().optional(),
      maxAnalysisMinutesOverride: z.coerce.number().positive().nullish(),
      failOnErrorOverride: flag.nullish(),
    })
    .nullish()
    .describe('`traffic`: what the load balancers count'),
  analysisSeconds: z.coerce.number().min(0).default(60).describe('how long each step is watched'),
  maxRemainingAsgs: z.coerce.number().int().min(1).nullish(),
  ...stepRulesFields,
});
export type Monitored = z.output<typeof monitoredSchema>;
