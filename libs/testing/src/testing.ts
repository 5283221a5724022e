export { pipeline, PipelineBuilder, type PipelineJson, type StageOptions } from './pipeline.ts';
export {
  expectPipeline,
  PipelineExpectation,
  type JudgmentAnswer,
  type PipelineResult,
  type RunningServerGroup,
} from './expect-pipeline.ts';
export { ExpectationFailed } from './report.ts';
export type { Answer, Answers, SentRequest } from './simulated-http.ts';
export type { SubmittedOperation } from './simulated-clouddriver.ts';
