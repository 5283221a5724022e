import { z } from 'zod';

/** What the strategy that runs a pipeline reads of a cluster's description. */
export const customSchema = z.looseObject({
  strategyApplication: z.string().optional().describe('application of the strategy pipeline; absent: the own one'),
  strategyPipeline: z
    .string('name the pipeline that deploys')
    .min(1, 'name the pipeline that deploys')
    .describe('its id, or its name'),
  pipelineParameters: z.record(z.string(), z.unknown()).nullish(),
});
