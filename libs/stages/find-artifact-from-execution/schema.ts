import { z } from 'zod';

const flag = z.union([z.boolean(), z.stringbool()]).nullish();

/** Settings: artifacts of the newest execution of another pipeline. */
export const findArtifactFromExecutionSchema = z.looseObject({
  application: z.string().nullish().describe('application of the pipeline; absent: the own one'),
  pipeline: z.string().min(1).describe('id of the pipeline, or its name'),
  executionOptions: z
    .looseObject({
      successful: flag.describe('executions that succeeded'),
      terminal: flag.describe('executions that failed'),
      running: flag.describe('executions that have not ended'),
    })
    .nullish()
    .describe('which executions count; absent: those that succeeded'),
  expectedArtifacts: z.array(z.looseObject({})).default([]),
});
