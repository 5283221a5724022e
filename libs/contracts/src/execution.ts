import { z } from 'zod';
import { statusSchema } from './status.ts';

const millis = z.number().describe('epoch milliseconds');
/** A free-form JSON object. */
export const jsonObject = z.record(z.string(), z.unknown());

/** Why something waits, fails, is skipped or refused: written by the code that decided. */
export const reasonSchema = z.object({
  summary: z.string().describe('one sentence a person understands'),
  evidence: jsonObject.optional().describe('the facts behind it'),
  next: z.string().optional().describe('what happens next, or what to do'),
});
export type Reason = z.infer<typeof reasonSchema>;

/** A task of a stage, as the API shows it (Orca's shape plus `reason`). */
export const taskViewSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  implementingClass: z.string(),
  status: statusSchema,
  startTime: millis.optional(),
  endTime: millis.optional(),
  stageStart: z.boolean().optional(),
  stageEnd: z.boolean().optional(),
  reason: reasonSchema.optional(),
});
export type TaskView = z.infer<typeof taskViewSchema>;

/** A stage of an execution, as the API shows it. */
export const stageViewSchema = z.looseObject({
  id: z.string(),
  refId: z.string(),
  requisiteStageRefIds: z.array(z.string()),
  type: z.string(),
  name: z.string(),
  status: statusSchema,
  startTime: millis.optional(),
  endTime: millis.optional(),
  context: jsonObject,
  outputs: jsonObject,
  tasks: z.array(taskViewSchema),
  parentStageId: z.string().optional(),
  syntheticStageOwner: z.enum(['STAGE_BEFORE', 'STAGE_AFTER']).optional(),
  lastModified: z.looseObject({ user: z.string(), lastModifiedTime: millis }).optional(),
  reason: reasonSchema.optional(),
});
export type StageView = z.infer<typeof stageViewSchema>;

/** What started an execution. */
export const executionTriggerSchema = z.looseObject({
  type: z.string().default('manual'),
  user: z.string().optional(),
  correlationId: z.string().optional(),
  eventId: z.string().optional(),
  parameters: jsonObject.optional(),
  artifacts: z.array(z.looseObject({})).optional(),
  buildInfo: z
    .union([z.looseObject({}), z.string()])
    .optional()
    .describe('what the build server says of the build; a text where it answered with none of its objects'),
  properties: jsonObject.optional(),
});
export type ExecutionTrigger = z.infer<typeof executionTriggerSchema>;

/** An execution as `GET /pipelines/{id}` shows it. */
export const executionViewSchema = z.looseObject({
  type: z.enum(['PIPELINE', 'ORCHESTRATION']),
  id: z.string(),
  application: z.string(),
  name: z.string(),
  pipelineConfigId: z.string().optional(),
  status: statusSchema,
  buildTime: millis,
  startTime: millis.optional(),
  endTime: millis.optional(),
  canceled: z.boolean(),
  canceledBy: z.string().optional(),
  cancellationReason: z.string().optional(),
  trigger: executionTriggerSchema,
  stages: z.array(stageViewSchema),
  authentication: z.looseObject({ user: z.string() }).optional(),
  origin: z.string().optional(),
  reason: reasonSchema.optional(),
  /** Sequence of the last event folded into this view. */
  version: z.number().optional(),
});
export type ExecutionView = z.infer<typeof executionViewSchema>;

/** One event of an execution's history, as the stream carries it. `sequence` is exact per execution; `cursor` is the stream's position. */
export const executionEventSchema = z.looseObject({
  cursor: z.string(),
  executionId: z.string(),
  application: z.string(),
  pipelineConfigId: z.string().optional(),
  sequence: z.number(),
  type: z.string(),
  at: millis,
  data: jsonObject,
});
export type ExecutionEvent = z.infer<typeof executionEventSchema>;
