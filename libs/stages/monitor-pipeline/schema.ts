import { z } from 'zod';

/** Settings: executions that run already, and whether the first failure ends the wait. */
export const monitorPipelineSchema = z.looseObject({
  executionIds: z.array(z.string()).default([]),
  executionId: z.string().optional(),
  monitorBehavior: z.enum(['WaitForAllToComplete', 'FailFast']).default('FailFast'),
});
export type MonitorPipeline = z.output<typeof monitorPipelineSchema>;
