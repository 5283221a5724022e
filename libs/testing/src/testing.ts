export { pipeline, PipelineBuilder, type StageOptions } from './pipeline.ts';
export type { PipelineJson } from '@gennaker/simulation/pipeline-json';
export {
  expectPipeline,
  PipelineExpectation,
  type JudgmentAnswer,
  type PipelineResult,
  type RunningServerGroup,
} from './expect-pipeline.ts';
export { ExpectationFailed } from './report.ts';
export type { Answer, Answers, SentRequest } from '@gennaker/simulation/simulated-http';
export type { SubmittedOperation } from '@gennaker/simulation/simulated-clouddriver';
