import { z } from 'zod';

/** Settings: the execution that has to succeed first. */
export const dependsOnExecutionSchema = z.looseObject({
  executionType: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.toUpperCase() : value),
      z.enum(['PIPELINE', 'ORCHESTRATION']),
    )
    .default('PIPELINE'),
  executionId: z.string().min(1),
});
