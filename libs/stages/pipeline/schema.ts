import { z } from 'zod';

const flag = z.union([z.boolean(), z.stringbool()]);

/** Settings of a stage that runs another pipeline. A strategy pipeline names it by `pipelineApplication` and `pipelineId`. */
export const pipelineStageSchema = z.looseObject({
  application: z.string().optional().describe('application of the pipeline; absent: the own one'),
  pipeline: z.string().optional().describe('id of the pipeline, or its name'),
  pipelineApplication: z.string().optional(),
  pipelineId: z.string().optional(),
  pipelineParameters: z.record(z.string(), z.unknown()).nullish(),
  waitForCompletion: flag.nullish().describe('absent: yes'),
  skipDownstreamOutput: flag.nullish().describe('keep the outputs of the child to itself'),
  expectedArtifacts: z.array(z.looseObject({})).nullish(),
  executionId: z.string().optional().describe('the execution that it watches; set in advance, none is started'),
});
export type PipelineStage = z.output<typeof pipelineStageSchema>;
