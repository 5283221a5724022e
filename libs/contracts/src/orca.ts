import { z } from 'zod';
import { artifactBindingRoutes } from './artifacts.ts';
import { executionTriggerSchema, executionViewSchema, jsonObject } from './execution.ts';
import { taskSchema } from './front50.ts';
import { orcaAdminRoutes } from './orca-admin.ts';
import { orcaEventRoutes } from './orca-events.ts';
import { orcaInsightRoutes } from './orca-insight.ts';
import { orcaUndoRoutes } from './orca-undo.ts';
import { defineApi } from './route.ts';
import { statusListSchema } from './status.ts';
import { strategyLabRoutes } from './strategy-lab.ts';

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
  statuses: statusListSchema.optional(),
  expand: z.stringbool().optional(),
  pipelineConfigIds: z.string().optional(),
  executionIds: z.string().optional(),
  pipelineNameFilter: z.string().optional().describe('only pipelines whose name contains it, ignoring case'),
  pipelineLimit: z.coerce.number().int().min(1).optional().describe('most pipelines'),
});

const job = z.array(z.looseObject({ type: z.string() }));
const flag = z.stringbool().optional();
const epochMillis = z.coerce.number().int().min(0).optional();

const lists = 'comma-separated list';

/** What executions are searched by; Spinnaker's words and further ones, which all must fit. Texts are compared ignoring case. */
export const searchQuery = z.object({
  triggerTypes: z.string().optional().describe(lists),
  pipelineName: z.string().optional().describe('the exact name'),
  pipelineConfigIds: z.string().optional().describe(lists),
  eventId: z.string().optional(),
  trigger: z.string().optional().describe('base64 of a JSON object that the trigger must contain'),
  user: z.string().optional().describe('who started it, or let it run in their name'),
  parameter: z
    .union([z.string(), z.array(z.string()).max(20)])
    .optional()
    .describe('name=value; given several times, all of them'),
  artifact: z.string().optional().describe('reference, name or name:version of an artifact that it began with'),
  commit: z.string().optional().describe('of what it was built from; from 7 characters on, its beginning'),
  triggerTimeStartBoundary: epochMillis,
  triggerTimeEndBoundary: epochMillis,
  statuses: statusListSchema.optional(),
  startIndex: z.coerce.number().int().min(0).optional(),
  size: z.coerce.number().int().min(1).max(1000).optional(),
  reverse: flag,
  expand: flag,
});

/** A search of all applications' executions. It pages by where the last page ended, which stays right while executions begin. */
const searchAllQuery = searchQuery.omit({ startIndex: true }).extend({
  application: z.string().optional().describe('of this application alone'),
  after: z.string().optional().describe('`next` of the page before'),
});

const foundSchema = z.object({
  executions: z.array(executionViewSchema),
  next: z.string().optional().describe('what asks for the next page as `after`; absent on the last one'),
});

/** A stage that failed by itself. */
export const failedStageSchema = z.object({
  executionId: z.string(),
  stageId: z.string(),
  pipelineName: z.string(),
  application: z.string(),
  stageName: z.string(),
  stageType: z.string(),
  status: z.string(),
  errors: z.array(z.string()),
  url: z.string().optional(),
});

/** What is asked with a restart: new preconditions of the stage, as Spinnaker's UI sends them. */
export const restartSchema = z.looseObject({
  stages: z
    .array(z.looseObject({ refId: z.string().optional(), preconditions: z.array(z.unknown()).optional() }))
    .optional(),
});

const evaluated = z.object({ result: z.unknown(), detail: z.unknown().optional() });

/** Orca: runs executions. */
export const orcaApi = defineApi({
  ...orcaUndoRoutes,
  orchestrate: {
    method: 'POST',
    path: '/orchestrate',
    summary: 'Start an execution of a pipeline; with `plan: true` nothing is started, and the plan answered',
    body: orchestrateSchema,
    response: refSchema.loose(),
  },
  orchestrateConfig: {
    method: 'POST',
    path: '/orchestrate/:configId',
    summary: 'Start an execution of a stored pipeline; the body is its trigger',
    params: z.object({ configId: z.string() }),
    body: jsonObject,
    response: refSchema,
  },
  fail: {
    method: 'POST',
    path: '/fail',
    summary: 'Record a start that failed: an ended execution that says why',
    body: orchestrateSchema.extend({ errorMessage: z.string().optional() }),
    response: refSchema,
  },
  ops: {
    method: 'POST',
    path: '/ops',
    summary: 'Start an ad-hoc orchestration: an object with its jobs, or their bare list',
    body: z.union([z.looseObject({ application: z.string(), description: z.string().optional(), job }), job.min(1)]),
    response: refSchema,
  },
  getTask: {
    method: 'GET',
    path: '/tasks/:id',
    summary: 'One orchestration as a task',
    params: id,
    response: taskSchema,
  },
  failedStages: {
    method: 'GET',
    path: '/pipelines/failedStages',
    summary: 'The stages at the root of a failure, through the pipelines that it started',
    query: z.object({
      executionId: z.string(),
      deckOrigin: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    response: z.array(failedStageSchema),
  },
  searchExecutions: {
    method: 'GET',
    path: '/applications/:application/pipelines/search',
    summary: "An application's executions by what started them, newest first",
    params: z.object({ application: z.string() }),
    query: searchQuery,
    response: z.array(executionViewSchema),
    answers: 'stream',
  },
  searchAllExecutions: {
    method: 'GET',
    path: '/executions/search',
    summary: 'Executions of any application by what they were started by, newest first, page by page',
    query: searchAllQuery,
    response: foundSchema,
    answers: 'stream',
  },
  deleteExecution: {
    method: 'DELETE',
    path: '/pipelines/:id',
    summary: 'Remove an execution that has ended, with its history',
    params: id,
  },
  restartStage: {
    method: 'PUT',
    path: '/pipelines/:id/stages/:stageId/restart',
    summary: 'Run a stage and what comes after it again',
    params: stageOf,
    body: restartSchema,
    response: executionViewSchema,
  },
  ignoreFailure: {
    method: 'PUT',
    path: '/pipelines/:id/stages/:stageId/ignoreFailure',
    summary: 'Let a failed stage count as passed, and what waits for it go on',
    params: stageOf,
    body: z.looseObject({ reason: z.string().optional() }),
    response: executionViewSchema,
  },
  evaluateStageExpression: {
    method: 'GET',
    path: '/pipelines/:id/:stageId/evaluateExpression',
    summary: 'Evaluate an expression as in a stage',
    params: stageOf,
    query: z.object({ expression: z.string() }),
    response: evaluated,
  },
  previewExpression: {
    method: 'POST',
    path: '/pipelines/:id/previewExpression',
    summary: 'Evaluate a text with expressions as in a stage of an execution, step by step: each part with its value',
    params: id,
    body: z.object({
      text: z.string().max(100_000),
      stageId: z.string().optional().describe('the stage that it would stand in; none: the whole execution'),
    }),
    response: evaluated.extend({
      steps: z
        .array(z.object({ text: z.string(), value: z.unknown().optional(), error: z.string().optional() }))
        .describe('in the order of evaluation, inner parts first'),
      names: z.array(z.string()).describe('what an expression can begin with there; a helper as `#name(`'),
    }),
  },
  evaluateVariables: {
    method: 'POST',
    path: '/pipelines/:id/evaluateVariables',
    summary: 'Evaluate variables one after another, as an evaluateVariables stage after the given stages would',
    params: id,
    query: z.object({ requisiteStageRefIds: z.string().optional(), spelVersion: z.string().optional() }),
    body: z.array(z.looseObject({ key: z.string(), value: z.unknown() })),
    response: z.object({ result: z.array(z.looseObject({ key: z.string() })), detail: z.unknown().optional() }),
  },
  getStoredArtifact: {
    method: 'GET',
    path: '/artifacts/content-address/:application/:hash',
    summary: 'What the reference `ref://application/hash` of an artifact stands for, as base64',
    params: z.object({
      application: z.string(),
      hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be the 64 hexadecimal digits that a reference ends with'),
    }),
    response: z.object({ reference: z.string().describe('the content, as base64') }),
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
    answers: 'stream',
  },
  listForApplication: {
    method: 'GET',
    path: '/applications/:application/pipelines',
    summary: "An application's executions, newest first, `limit` per pipeline",
    params: z.object({ application: z.string() }),
    query: executionsQuery,
    response: z.array(executionViewSchema),
    answers: 'stream',
  },
  listTasks: {
    method: 'GET',
    path: '/applications/:application/tasks',
    summary: "An application's orchestrations as tasks, newest first; `page` counts from 1",
    params: z.object({ application: z.string() }),
    query: z.object({
      page: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(3500).optional(),
      statuses: statusListSchema.optional(),
    }),
    response: z.array(taskSchema),
  },
  cancel: {
    method: 'PUT',
    path: '/pipelines/:id/cancel',
    summary: 'Cancel an execution; with force, at once and without clean-up',
    params: id,
    query: z.object({ reason: z.string().optional(), force: flag }),
    status: 202,
  },
  pause: { method: 'PUT', path: '/pipelines/:id/pause', summary: 'Pause an execution', params: id, status: 202 },
  resume: {
    method: 'PUT',
    path: '/pipelines/:id/resume',
    summary: 'Resume a paused execution',
    params: id,
    status: 202,
  },
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
    response: evaluated,
  },
  ...orcaAdminRoutes,
  hydrateQueue: {
    method: 'POST',
    path: '/admin/queue/hydrate',
    summary: 'Look again at what has not ended: one execution, or those of a time; dryRun only says which',
    query: z.object({
      dryRun: z.stringbool().default(true),
      executionId: z.string().optional(),
      startMs: epochMillis,
      endMs: epochMillis,
    }),
    response: z.object({ dryRun: z.boolean(), executions: z.array(z.string()) }),
  },
  killZombies: {
    method: 'POST',
    path: '/admin/queue/zombies::kill',
    summary: 'End by force what failed the engine and was set aside at least so many minutes ago; answers which',
    query: z.object({ minimumActivity: z.coerce.number().min(0).default(60) }),
    response: z.object({ executions: z.array(z.string()) }),
  },
  killZombie: {
    method: 'POST',
    path: '/admin/queue/zombies/:id::kill',
    summary: 'End one execution by force, also one that was set aside',
    params: id,
  },
  kickPending: {
    method: 'POST',
    path: '/admin/queue/kickPending',
    summary: "Fill the free slots of a pipeline's queue; with purge, cancel whoever waits in it first",
    query: z.object({ pipelineConfigId: z.string(), purge: flag }),
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
  ...artifactBindingRoutes,
  ...strategyLabRoutes,
  ...orcaEventRoutes,
});

const {
  restartStage,
  ignoreFailure,
  deleteExecution,
  evaluateStageExpression,
  previewExpression,
  evaluateVariables,
  getStoredArtifact,
  hydrateQueue,
  killZombies,
  killZombie,
  kickPending,
} = orcaApi;

/** What gate hands on to orca as it is: steering of executions, what they hold, and administration. */
export const orcaPassedRoutes = defineApi({
  restartStage,
  ignoreFailure,
  deleteExecution,
  evaluateStageExpression,
  previewExpression,
  evaluateVariables,
  getStoredArtifact,
  ...artifactBindingRoutes,
  ...orcaAdminRoutes,
  hydrateQueue,
  killZombies,
  killZombie,
  kickPending,
});
