import {
  risingProblems,
  stepRulesFields,
  type StrategyProblem,
  takeOverFields,
} from '@gennaker/contracts/strategy-settings';
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

/** The monitor that is always there: what load balancers count. */
const TRAFFIC = 'traffic';

/** Steps that do not rise, and a monitor that there is not. */
export function monitoredProblems({ deploymentMonitor, deploySteps }: Monitored): readonly StrategyProblem[] {
  const id = deploymentMonitor?.id;
  const rising = risingProblems(deploySteps, (at) => `deploySteps.${at}`);
  if (id === undefined || id === TRAFFIC) return rising;
  return [
    {
      field: 'deploymentMonitor.id',
      message: `there is no deployment monitor "${id}"`,
      fix: `use "${TRAFFIC}", which judges by what the load balancers count`,
    },
    ...rising,
  ];
}
