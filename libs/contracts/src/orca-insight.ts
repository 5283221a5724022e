import { z } from 'zod';
import { operationPreviewSchema } from './cloud-views.ts';
import { executionTriggerSchema, executionViewSchema, jsonObject, reasonSchema } from './execution.ts';
import { livePlanSchema } from './live-plan.ts';
import { defineApi } from './route.ts';
import { statusSchema } from './status.ts';

const millis = z.number().describe('epoch milliseconds');
const id = z.object({ id: z.string() });

/** One thing of an execution that waits, failed, was skipped, cancelled or not started, and why. */
export const explanationItemSchema = z.object({
  subject: z.enum(['execution', 'stage', 'task', 'queue']),
  /** Stage id for a stage; `<stage id>/<task id>` for a task; execution id otherwise. */
  id: z.string(),
  name: z.string(),
  status: statusSchema,
  since: millis.optional(),
  reason: reasonSchema,
});
export type ExplanationItem = z.infer<typeof explanationItemSchema>;

/** Why an execution is where it is: one sentence for the whole, then each thing, the most telling first. */
export const explanationSchema = z.object({
  executionId: z.string(),
  status: statusSchema,
  /** True while something runs or is due by the clock; false while it waits for people or others, or is over. */
  moving: z.boolean(),
  summary: z.string(),
  items: z.array(explanationItemSchema),
});
export type Explanation = z.infer<typeof explanationSchema>;

/** When an execution will probably be done, from the finished runs of its pipeline. */
export const predictionSchema = z.object({
  /** Finished runs that it rests on; 0: nothing can be said. */
  basis: z.number().int(),
  stages: z.array(
    z.object({
      refId: z.string(),
      name: z.string(),
      type: z.string(),
      p50Ms: z.number(),
      p90Ms: z.number(),
      runs: z.number().int(),
    }),
  ),
  durationMs: z.object({ p50: z.number(), p90: z.number() }).optional(),
  finishAt: z.object({ p50: millis, p90: millis }).optional(),
  /** Set when the execution, or a stage of it, takes longer than nine of ten earlier runs. */
  slow: reasonSchema.optional(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** A difference of two executions: at `path`, `a` against `b`; an absent side is absent. */
export const differenceSchema = z.object({ path: z.string(), a: z.unknown().optional(), b: z.unknown().optional() });
const comparedSideSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: statusSchema,
  startTime: millis.optional(),
  durationMs: z.number().optional(),
});
/** Two executions side by side: what started them, then stage by stage (matched by refId). */
export const comparisonSchema = z.object({
  a: comparedSideSchema,
  b: comparedSideSchema,
  differences: z.array(differenceSchema),
  stages: z.array(
    z.object({
      refId: z.string(),
      name: z.string(),
      a: z.object({ status: statusSchema, durationMs: z.number().optional() }).optional(),
      b: z.object({ status: statusSchema, durationMs: z.number().optional() }).optional(),
      differences: z.array(differenceSchema),
    }),
  ),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** Something of a plan that will not go well, or cannot be known yet. */
export const planWarningSchema = z.object({
  message: z.string(),
  stageRefId: z.string().optional(),
  field: z.string().optional(),
  fix: z.string().optional(),
  untilRun: z.boolean().optional().describe('only a run can tell: nothing is wrong by itself'),
});

/** A stage as it would run. `enabled`: by its condition; `unknown` when that rests on what only a run can tell. */
export interface PlannedStageView {
  refId: string;
  requisiteStageRefIds: string[];
  type: string;
  name: string;
  enabled: 'yes' | 'no' | 'unknown';
  context: Record<string, unknown>;
  tasks: string[];
  before: PlannedStageView[];
  after: PlannedStageView[];
  reason?: z.infer<typeof reasonSchema> | undefined;
}
export const plannedStageViewSchema: z.ZodType<PlannedStageView> = z.object({
  refId: z.string(),
  requisiteStageRefIds: z.array(z.string()),
  type: z.string(),
  name: z.string(),
  enabled: z.enum(['yes', 'no', 'unknown']),
  context: jsonObject,
  tasks: z.array(z.string()),
  get before() {
    return z.array(plannedStageViewSchema);
  },
  get after() {
    return z.array(plannedStageViewSchema);
  },
  reason: reasonSchema.optional(),
});

/** What a start would do, as far as it is known: parameters, artifacts and the stage tree resolved; nothing is started. */
export const planSchema = z.looseObject({
  application: z.string(),
  name: z.string(),
  pipelineConfigId: z.string().optional(),
  trigger: jsonObject,
  parameters: jsonObject,
  artifacts: z.array(z.looseObject({})),
  stages: z.array(plannedStageViewSchema),
  warnings: z.array(planWarningSchema),
  /** Set when a start would have to wait in the queue of this pipeline. */
  queue: reasonSchema.optional(),
  durationMs: z.object({ p50: z.number(), p90: z.number(), basis: z.number().int() }).optional(),
  /** What stages would have clouds do as things are now; absent: nobody was asked, or no stage has to do with clouds. */
  live: livePlanSchema.optional(),
});
export type Plan = z.infer<typeof planSchema>;

/** One pipeline's line of executions: those that run, and those that wait for a slot, oldest first. */
export const executionQueueSchema = z.object({
  pipelineConfigId: z.string(),
  application: z.string(),
  name: z.string(),
  limit: z.number().int(),
  keepWaiting: z.boolean(),
  running: z.array(z.string()),
  waiting: z.array(
    z.object({ executionId: z.string(), position: z.number().int(), since: millis, reason: reasonSchema }),
  ),
});
export type ExecutionQueue = z.infer<typeof executionQueueSchema>;

const planQuery = z.object({
  resolveArtifacts: z.stringbool().optional().describe('false: expected artifacts are left alone'),
});

/** What can be planned: a pipeline with `stages`, or an orchestration with `job`. Unknown keys stay. */
const planRequestSchema = z.looseObject({
  application: z.string(),
  name: z.string().optional(),
  trigger: executionTriggerSchema.optional(),
});

/** Replay, comparison, explanation, prediction, queues and plans: what orca knows about its executions; gate has the same paths. */
export const orcaInsightRoutes = defineApi({
  stateAt: {
    method: 'GET',
    path: '/pipelines/:id/state',
    summary: 'An execution as it was after its event of this sequence number',
    params: id,
    query: z.object({ at: z.coerce.number().int().min(1) }),
    response: executionViewSchema,
  },
  explain: {
    method: 'GET',
    path: '/pipelines/:id/explain',
    summary: 'Why an execution and each of its stages are where they are',
    params: id,
    response: explanationSchema,
  },
  predict: {
    method: 'GET',
    path: '/pipelines/:id/prediction',
    summary: 'When an execution will probably be done, and whether it is slow',
    params: id,
    response: predictionSchema,
  },
  compare: {
    method: 'GET',
    path: '/executions/compare',
    summary: 'Two executions side by side',
    query: z.object({ a: z.string(), b: z.string() }),
    response: comparisonSchema,
  },
  queues: {
    method: 'GET',
    path: '/executions/queues',
    summary: 'Pipelines whose executions wait for a slot, with who holds the slots',
    query: z.object({ application: z.string().optional() }),
    response: z.array(executionQueueSchema),
  },
  planOf: {
    method: 'POST',
    path: '/plan',
    summary: 'What a start of this document (a pipeline, or an orchestration with `job`) would do; nothing is started',
    query: planQuery,
    body: planRequestSchema,
    response: planSchema,
  },
  previewStages: {
    method: 'POST',
    path: '/preview',
    summary: 'What the stages of a task would have clouds do now, in sentences; nothing is started',
    body: z.object({ application: z.string(), job: z.array(z.looseObject({ type: z.string() })).min(1) }),
    response: z.array(operationPreviewSchema).describe('in the order of the stages'),
  },
  planOfStored: {
    method: 'POST',
    path: '/plan/:id',
    summary: 'What a start of a stored pipeline with this trigger would do; nothing is started',
    params: id,
    query: planQuery,
    body: executionTriggerSchema,
    response: planSchema,
  },
});
