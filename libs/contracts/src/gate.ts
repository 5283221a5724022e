import { z } from 'zod';
import { customStageRoutes } from './custom-stages.ts';
import { eventAnswerSchema, eventRoutes } from './echo.ts';
import { documentImportRoutes } from './document-import.ts';
import { executionViewSchema, jsonObject } from './execution.ts';
import {
  applicationSchema,
  applicationsQuery,
  pipelineSchema,
  savedPipelineSchema,
  storedPipelineSchema,
} from './front50.ts';
import { gateCloudRoutes } from './gate-clouds.ts';
import { gateDocumentRoutes } from './gate-documents.ts';
import { gateFeatureRoutes } from './gate-features.ts';
import { gateTaskRoutes } from './gate-tasks.ts';
import { executionsQuery, orcaApi, orcaPassedRoutes } from './orca.ts';
import { eventsQuery } from './orca-events.ts';
import { orcaInsightRoutes } from './orca-insight.ts';
import { orcaUndoRoutes } from './orca-undo.ts';
import { peopleRoutes } from './people.ts';
import { defineApi } from './route.ts';
import { strategyLabRoutes } from './strategy-lab.ts';

const application = z.object({ application: z.string() });
const id = z.object({ id: z.string() });
const named = z.object({ application: z.string(), name: z.string() });

/** An application as `GET /applications/{app}` shows it. `clusters` is there when it was asked for. */
export const applicationViewSchema = z.looseObject({
  name: z.string(),
  attributes: applicationSchema,
  clusters: z.record(
    z.string(),
    z.array(
      z.looseObject({
        name: z.string(),
        provider: z.string(),
        loadBalancers: z.array(z.string()),
        serverGroups: z.array(z.string()),
      }),
    ),
  ),
});
export type ApplicationView = z.infer<typeof applicationViewSchema>;

/** What starts a pipeline by hand. The spin client wraps it in `trigger`; both forms are taken. */
export const startSchema = z.looseObject({
  type: z.string().optional(),
  parameters: jsonObject.optional(),
  artifacts: z.array(z.looseObject({})).optional(),
  trigger: jsonObject.optional(),
});

/** Where a started execution is: `/pipelines/<execution id>`. */
export const startedSchema = z.object({ ref: z.string(), eventId: z.string().optional() });

/**
 * What the live stream (`GET /events`) carries as `event` and `data`:
 * `execution` - an ExecutionEvent, its cursor as the event's id; `inventory` - a change that clouddriver saw;
 * `upstream` - `{service, connected, reason?}` when a source of the stream is lost or back.
 */
export const upstreamNoticeSchema = z.object({
  service: z.string(),
  connected: z.boolean(),
  reason: z.string().optional(),
});
export type UpstreamNotice = z.infer<typeof upstreamNoticeSchema>;

/** Gate: the public API, on Spinnaker's paths. */
export const gateApi = defineApi({
  version: {
    method: 'GET',
    path: '/version',
    summary: 'Version of the API',
    response: z.object({ version: z.string() }),
  },
  ...peopleRoutes,
  ...gateDocumentRoutes,
  ...documentImportRoutes,
  ...gateFeatureRoutes,
  openapi: { method: 'GET', path: '/v3/api-docs', summary: 'This API as OpenAPI', response: jsonObject },

  listApplications: {
    method: 'GET',
    path: '/applications',
    summary: 'All applications, as flat attributes',
    query: applicationsQuery,
    response: z.array(applicationSchema),
    answers: 'stream',
  },
  getApplication: {
    method: 'GET',
    path: '/applications/:application',
    summary: 'One application with its clusters (unless expand=false)',
    params: application,
    query: z.object({ expand: z.stringbool().optional() }),
    response: applicationViewSchema,
  },
  listPipelineConfigs: {
    method: 'GET',
    path: '/applications/:application/pipelineConfigs',
    summary: "An application's pipelines",
    params: application,
    query: z.object({ pipelineNameFilter: z.string().optional() }),
    response: z.array(pipelineSchema),
  },
  getPipelineConfig: {
    method: 'GET',
    path: '/applications/:application/pipelineConfigs/:name',
    summary: 'One pipeline by name, then by id',
    params: named,
    response: pipelineSchema,
  },
  listExecutions: {
    method: 'GET',
    path: '/applications/:application/pipelines',
    summary: "An application's executions, newest first; `limit` per pipeline",
    params: application,
    query: executionsQuery,
    response: z.array(executionViewSchema),
    answers: 'stream',
  },
  cancelOfApplication: {
    method: 'PUT',
    path: '/applications/:application/pipelines/:id/cancel',
    summary: 'Cancel an execution; the application is not looked at',
    params: z.object({ application: z.string(), id: z.string() }),
    query: z.object({ reason: z.string().optional() }),
  },
  searchExecutions: { ...orcaApi.searchExecutions, path: '/applications/:application/executions/search' },
  searchAllExecutions: orcaApi.searchAllExecutions,

  allPipelineConfigs: {
    method: 'GET',
    path: '/pipelineConfigs',
    summary: 'Every pipeline',
    response: z.array(pipelineSchema),
    answers: 'stream',
  },
  savePipelineConfig: {
    method: 'POST',
    path: '/pipelineConfigs',
    summary: 'Save a pipeline and answer it with the warnings; with staleCheck, a newer stored version refuses',
    query: z.object({ staleCheck: z.stringbool().optional() }),
    rawBody: true,
    response: savedPipelineSchema,
  },
  getStoredPipeline: {
    method: 'GET',
    path: '/pipelineConfigs/:id',
    summary: 'A pipeline with its text exactly as received, its author and the warnings of its last save',
    params: id,
    response: storedPipelineSchema,
  },
  pipelineText: {
    method: 'GET',
    path: '/pipelineConfigs/:id/text',
    summary: "A pipeline's text exactly as received",
    params: id,
    answers: 'text',
  },
  pipelineHistory: {
    method: 'GET',
    path: '/pipelineConfigs/:id/history',
    summary: 'Versions of a pipeline, newest first',
    params: id,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).optional() }),
    response: z.array(pipelineSchema),
  },

  savePipeline: {
    method: 'POST',
    path: '/pipelines',
    summary: 'Save a pipeline; answers nothing',
    query: z.object({ staleCheck: z.stringbool().optional() }),
    rawBody: true,
  },
  updatePipeline: {
    method: 'PUT',
    path: '/pipelines/:id',
    summary: 'Replace a pipeline and answer it',
    params: id,
    query: z.object({ staleCheck: z.stringbool().optional() }),
    rawBody: true,
    response: pipelineSchema,
  },
  deletePipeline: {
    method: 'DELETE',
    path: '/pipelines/:application/:name',
    summary: 'Delete a pipeline by name; an unknown name is no error',
    params: named,
  },
  startPipeline: {
    method: 'POST',
    path: '/pipelines/:application/:name',
    summary: 'Start a pipeline, found by name, then by id',
    params: named,
    body: startSchema,
    response: startedSchema,
    status: 202,
  },
  startPipelineByConfig: {
    method: 'POST',
    path: '/applications/:application/pipelineConfigs/:name',
    summary: 'Start a pipeline, by its former address',
    params: named,
    body: startSchema,
    response: startedSchema,
    status: 202,
  },
  startPipelineByEvent: {
    method: 'POST',
    path: '/pipelines/v2/:application/:name',
    summary: 'Start a pipeline and answer the event that did it too',
    params: named,
    body: startSchema,
    response: startedSchema,
    status: 202,
  },
  startDocument: {
    method: 'POST',
    path: '/pipelines/start',
    summary:
      'Start what is posted, a pipeline with its trigger; with `plan: true` nothing is started, and the plan answered',
    body: orcaApi.orchestrate.body,
    response: orcaApi.orchestrate.response,
  },
  getExecution: {
    method: 'GET',
    path: '/pipelines/:id',
    summary: 'One execution',
    params: id,
    response: executionViewSchema,
  },
  cancel: {
    method: 'PUT',
    path: '/pipelines/:id/cancel',
    summary: 'Cancel an execution',
    params: id,
    query: z.object({ reason: z.string().optional(), force: z.stringbool().optional() }),
  },
  pause: { method: 'PUT', path: '/pipelines/:id/pause', summary: 'Pause an execution', params: id },
  resume: { method: 'PUT', path: '/pipelines/:id/resume', summary: 'Resume a paused execution', params: id },
  patchStage: {
    method: 'PATCH',
    path: '/pipelines/:id/stages/:stageId',
    summary: "Merge into a running stage's context: judgments, skipRemainingWait",
    params: z.object({ id: z.string(), stageId: z.string() }),
    body: jsonObject,
    response: executionViewSchema,
  },
  executionHistory: {
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
    query: orcaApi.evaluateExpression.query,
    response: orcaApi.evaluateExpression.response,
  },
  evaluatePostedExpression: {
    method: 'POST',
    path: '/pipelines/:id/evaluateExpression',
    summary: 'As with GET; the expression is the body, as text or as {"expression": ...}',
    params: id,
    rawBody: true,
    alsoTakes: 'text',
    response: orcaApi.evaluateExpression.response,
  },
  executions: {
    method: 'GET',
    path: '/executions',
    summary: 'Executions by pipelineConfigIds or by executionIds (not both)',
    query: executionsQuery,
    response: z.array(executionViewSchema),
    answers: 'stream',
  },

  ...gateTaskRoutes,
  ...gateCloudRoutes,
  ...customStageRoutes,

  jenkinsWebhook: {
    method: 'POST',
    path: '/webhooks/jenkins/:master',
    summary: "The Jenkins Notification plugin's payload of a configured master",
    params: z.object({ master: z.string() }),
    query: z.object({ token: z.string().optional() }),
    rawBody: true,
    response: eventAnswerSchema,
  },
  webhook: {
    method: 'POST',
    path: '/webhooks/:type/:source',
    summary: 'An event from outside; the answer says for each pipeline whether it started, and why',
    params: z.object({ type: z.string(), source: z.string() }),
    rawBody: true,
    alsoTakes: 'form',
    response: eventAnswerSchema,
  },
  ...eventRoutes,
  ...orcaInsightRoutes,
  ...strategyLabRoutes,
  ...orcaUndoRoutes,
  ...orcaPassedRoutes,
  failedStages: { ...orcaApi.failedStages, path: '/executions/failedStages' },
  events: {
    method: 'GET',
    path: '/events',
    summary: 'Live: executions and inventory as they change; Last-Event-ID (or `after`) resumes executions',
    query: eventsQuery,
    answers: 'events',
  },
});
