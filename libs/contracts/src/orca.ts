import { z } from 'zod';
import { executionTriggerSchema, executionViewSchema, jsonObject } from './execution.ts';
import { orcaInsightRoutes } from './orca-insight.ts';
import { defineApi } from './route.ts';

export const refSchema = z.object({ ref: z.string().describe('/pipelines/<execution id>') });
const id = z.object({ id: z.string() });
const stageOf = z.object({ id: z.string(), stageId: z.string() });

/** A stored pipeline with the trigger that starts it, as posted to `/orchestrate`. Unknown keys stay. */
export const orchestrateSchema = z.looseObject({
  application: z.string(),
  name: z.string(),
  id: z.string().optional().describe('pipeline config id'),
  executionId: z.string().optional().describe('id to use; the same id posted again starts nothing twice'),
  stages: z.array(z.looseObject({ type: z.string() })),
  trigger: executionTriggerSchema.optional(),
});

export const executionsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  statuses: z.string().optional().describe('comma-separated list'),
  expand: z.stringbool().optional(),
  pipelineConfigIds: z.string().optional(),
  executionIds: z.string().optional(),
});

/** Orca: runs executions. */
export const orcaApi = defineApi({
  orchestrate: {
    method: 'POST',
    path: '/orchestrate',
    summary: 'Start an execution of a pipeline; with `plan: true` nothing is started, and the plan answered',
    body: orchestrateSchema,
    response: refSchema.loose(),
  },
  ops: {
    method: 'POST',
    path: '/ops',
    summary: 'Start an ad-hoc orchestration',
    body: z.looseObject({
      application: z.string(),
      description: z.string().optional(),
      job: z.array(z.looseObject({ type: z.string() })),
    }),
    response: refSchema,
  },
  getExecution: {
    method: 'GET',
    path: '/pipelines/:id',
    summary: 'One execution (also an orchestration)',
    params: id,
    response: executionViewSchema,
  },
  listExecutions: {
    method: 'GET',
    path: '/pipelines',
    summary: 'Executions by config ids or execution ids',
    query: executionsQuery,
    response: z.array(executionViewSchema),
  },
  listForApplication: {
    method: 'GET',
    path: '/applications/:application/pipelines',
    summary: "An application's executions, newest first, `limit` per pipeline",
    params: z.object({ application: z.string() }),
    query: executionsQuery,
    response: z.array(executionViewSchema),
  },
  listTasks: {
    method: 'GET',
    path: '/applications/:application/tasks',
    summary: "An application's orchestrations, newest first",
    params: z.object({ application: z.string() }),
    query: executionsQuery,
    response: z.array(executionViewSchema),
  },
  cancel: {
    method: 'PUT',
    path: '/pipelines/:id/cancel',
    summary: 'Cancel an execution',
    params: id,
    query: z.object({ reason: z.string().optional() }),
  },
  pause: { method: 'PUT', path: '/pipelines/:id/pause', summary: 'Pause an execution', params: id },
  resume: { method: 'PUT', path: '/pipelines/:id/resume', summary: 'Resume a paused execution', params: id },
  patchStage: {
    method: 'PATCH',
    path: '/pipelines/:id/stages/:stageId',
    summary: "Merge into a stage's context: judgments, skipRemainingWait",
    params: stageOf,
    body: jsonObject,
    response: executionViewSchema,
  },
  wake: {
    method: 'POST',
    path: '/pipelines/:id/stages/:stageId/wake',
    summary: 'Something that a running task of this stage waits for has happened; its task runs again at once',
    params: stageOf,
    body: z.object({
      key: z.string().describe('identity of the happening; repeated, nothing is done twice'),
      cause: z.string(),
    }),
    status: 202,
  },
  history: {
    method: 'GET',
    path: '/pipelines/:id/events',
    summary: 'Every event of an execution, oldest first',
    params: id,
    response: z.array(z.looseObject({})),
  },
  evaluateExpression: {
    method: 'GET',
    path: '/pipelines/:id/evaluateExpression',
    summary: 'Evaluate an expression against an execution',
    params: id,
    query: z.object({ expression: z.string(), stageId: z.string().optional() }),
    response: z.object({ result: z.unknown(), detail: z.unknown().optional() }),
  },
  stats: {
    method: 'GET',
    path: '/admin/stats',
    summary: "This process's counters; `rescues` is what the sweeper found, by cause: nothing while nothing fails",
    response: z.looseObject({
      claimed: z.number(),
      lost: z.number(),
      held: z.number(),
      rescues: z.record(z.string(), z.number()),
    }),
  },
  ...orcaInsightRoutes,
  events: {
    method: 'GET',
    path: '/events',
    summary: 'The event stream: server-sent events (`id` is the cursor), from `after` or Last-Event-ID on',
    query: z.object({
      after: z.string().optional(),
      application: z.string().optional(),
      executionId: z.string().optional(),
    }),
    answers: 'events',
  },
});
