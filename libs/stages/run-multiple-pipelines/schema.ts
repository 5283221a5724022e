import { z } from 'zod';

const text = z.string().min(1);

/** Settings: apps, each with the pipeline that it runs and the apps that have to be done first; as YAML, or as JSON. */
export const runMultiplePipelinesSchema = z.looseObject({
  yamlConfig: z.unknown().describe('YAML text, several of them, or the same as JSON'),
  application: z.string().optional().describe('application of the pipelines; absent: the own one'),
  /** Made from the YAML: names of apps, level by level. */
  orderOfExecutions: z.array(z.array(z.string())).optional(),
  levelNumber: z.number().int().optional(),
  apps: z
    .record(
      z.string(),
      z.looseObject({
        childPipeline: text,
        application: z.string().optional(),
        arguments: z.record(z.string(), z.unknown()).default({}),
        dependencies: z.array(z.string()).default([]),
      }),
    )
    .optional(),
  executionIds: z.record(z.string(), z.string()).optional().describe('by app'),
});
export type RunMultiplePipelines = z.output<typeof runMultiplePipelinesSchema>;
