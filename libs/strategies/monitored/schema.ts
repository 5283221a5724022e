import { type ChosenMonitor, chosenMonitorSchema, TRAFFIC_MONITOR } from '@gennaker/contracts/deployment-monitors';
import {
  risingProblems,
  stepRulesFields,
  type StrategyProblem,
  takeOverFields,
} from '@gennaker/contracts/strategy-settings';
import { z } from 'zod';

/** What monitored reads of a cluster's description. */
export const monitoredSchema = z.looseObject({
  ...takeOverFields,
  deploySteps: z
    .array(z.coerce.number().int().min(1).max(100))
    .default([10, 50])
    .describe('per cent of the size that the new server group has after each step; 100 follows by itself'),
  deploymentMonitor: chosenMonitorSchema
    .nullish()
    .describe('absent or `traffic`: what the load balancers count; else a monitor of the configuration'),
  analysisSeconds: z.coerce.number().min(0).default(60).describe('how long the traffic of each step is watched'),
  maxRemainingAsgs: z.coerce.number().int().min(1).nullish(),
  ...stepRulesFields,
});
export type Monitored = z.output<typeof monitoredSchema>;

/** Steps that do not rise. */
export function monitoredProblems({ deploySteps }: Monitored): readonly StrategyProblem[] {
  return risingProblems(deploySteps, (at) => `deploySteps.${at}`);
}

/** The external monitor that judges; undefined: what the load balancers count does. */
export function externalMonitor({
  deploymentMonitor,
}: Monitored): (ChosenMonitor & { readonly id: string }) | undefined {
  const id = deploymentMonitor?.id;
  return deploymentMonitor && id !== undefined && id !== TRAFFIC_MONITOR ? { ...deploymentMonitor, id } : undefined;
}
