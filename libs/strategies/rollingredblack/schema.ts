import { takeOverFields } from '@gennaker/contracts/strategy-settings';
import { z } from 'zod';

/** What rolling red/black reads of a cluster's description. */
export const rollingRedblackSchema = z.looseObject({
  ...takeOverFields,
  targetPercentages: z
    .array(z.coerce.number().int().min(1).max(100))
    .nullish()
    .describe('how far the new one has taken over after each step; 100 comes last in any case'),
  pipelineBeforeCleanup: z
    .looseObject({
      application: z.string().optional(),
      pipelineId: z.string().min(1, 'name the pipeline'),
      pipelineParameters: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish()
    .describe('runs at each step before the old one loses traffic'),
});
