import { z } from 'zod';
import { executionViewSchema, jsonObject, taskViewSchema } from './execution.ts';
import { archiveRoutes } from './archive.ts';
import { canaryConfigRoutes } from './canary-configs.ts';
import { documentHistoryRoutes } from './document-history.ts';
import { entityTagRoutes } from './entity-tags.ts';
import { notificationSettingsRoutes } from './notification-settings.ts';
import { permissionsSchema } from './people.ts';
import { pipelineTemplateRoutes } from './pipeline-templates.ts';
import { projectRoutes } from './projects.ts';
import { defineApi } from './route.ts';
import { statusSchema } from './status.ts';

/** An application: flat attributes, unknown keys kept. */
export const applicationSchema = z.looseObject({
  name: z.string(),
  email: z.string().optional(),
  description: z.string().optional(),
});
export type Application = z.infer<typeof applicationSchema>;

/** A refId is text; hand-written JSON has numbers too, which are read as their text. */
const refId = z.union([z.string(), z.number().transform(String)]);
export const stageConfigSchema = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  refId: refId.optional(),
  requisiteStageRefIds: z.array(refId).optional(),
});
export const triggerConfigSchema = z.looseObject({ type: z.string(), enabled: z.boolean().optional() });

/** A pipeline definition; stored as text exactly as received, unknown keys survive. */
export const pipelineSchema = z.looseObject({
  id: z.string().optional(),
  name: z.string(),
  application: z.string(),
  stages: z.array(stageConfigSchema).optional(),
  triggers: z.array(triggerConfigSchema).optional(),
  parameterConfig: z.array(z.looseObject({ name: z.string() })).optional(),
  disabled: z.boolean().optional(),
  updateTs: z.string().optional(),
});
export type Pipeline = z.infer<typeof pipelineSchema>;

/** Strategies are kept as pipelines are, with names of their own. */
export const pipelineKindSchema = z.enum(['pipeline', 'strategy']);
const plan = z
  .stringbool()
  .optional()
  .describe('templated pipelines as what they stand for; one whose template cannot be applied has `templateErrors`');
const kind = z.object({ kind: pipelineKindSchema.optional().describe('default pipeline') });

/** What became of a bulk save. */
export const bulkSavedSchema = z.object({
  successful_pipelines_count: z.number(),
  successful_pipelines: z.array(z.string()),
  failed_pipelines_count: z.number(),
  failed_pipelines: z.array(z.looseObject({ errorMsg: z.string() })),
});

/** Something that a save lets pass and a run will not. */
export const saveWarningSchema = z.object({
  message: z.string(),
  field: z.string().optional(),
  fix: z.string().optional(),
});
export type SaveWarning = z.infer<typeof saveWarningSchema>;

/** A pipeline with what a save found: warnings are kept and shown, and refuse at run. */
export const savedPipelineSchema = z.object({
  pipeline: pipelineSchema,
  warnings: z.array(saveWarningSchema),
});
export type SavedPipeline = z.infer<typeof savedPipelineSchema>;

/** A stored pipeline: `text` exactly as it was received, `pipeline` what it says with id, updateTs and author added. */
export const storedPipelineSchema = z.object({
  pipeline: pipelineSchema,
  text: z.string(),
  warnings: z.array(saveWarningSchema),
  version: z.number().int().describe('counts saves, from 1'),
  lastModifiedBy: z.string(),
  updateTs: z.string().describe('epoch milliseconds'),
});
export type StoredPipeline = z.infer<typeof storedPipelineSchema>;

/** A task (orchestration) as `GET /tasks/{id}` shows it. */
export const taskSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  application: z.string(),
  status: statusSchema,
  variables: z.array(z.object({ key: z.string(), value: z.unknown() })),
  steps: z.array(taskViewSchema),
  buildTime: z.number(),
  startTime: z.number().optional(),
  endTime: z.number().optional(),
  execution: executionViewSchema.partial().loose().optional(),
});
export type Task = z.infer<typeof taskSchema>;

/** Which applications are listed. */
export const applicationsQuery = z.object({
  account: z.string().optional().describe('one of their `accounts`'),
  owner: z.string().optional().describe('their e-mail'),
});

const app = z.object({ application: z.string() });
const id = z.object({ id: z.string() });

/** Front50: applications and pipelines. */
export const front50Api = defineApi({
  listApplications: {
    method: 'GET',
    path: '/v2/applications',
    summary: 'All applications',
    query: applicationsQuery,
    response: z.array(applicationSchema),
    answers: 'stream',
  },
  getApplication: {
    method: 'GET',
    path: '/v2/applications/:application',
    summary: 'One application',
    params: app,
    response: applicationSchema,
  },
  upsertApplication: {
    method: 'PUT',
    path: '/v2/applications/:application',
    summary: 'Create or merge an application',
    params: app,
    body: jsonObject,
    response: applicationSchema,
  },
  deleteApplication: {
    method: 'DELETE',
    path: '/v2/applications/:application',
    summary: 'Delete an application and its pipelines',
    params: app,
  },
  applicationHistory: {
    method: 'GET',
    path: '/v2/applications/:application/history',
    summary: 'Versions of an application, newest first',
    params: app,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).optional() }),
    response: z.array(applicationSchema),
  },
  ...projectRoutes,
  ...notificationSettingsRoutes,
  ...documentHistoryRoutes,
  ...pipelineTemplateRoutes,
  ...entityTagRoutes,
  ...canaryConfigRoutes,
  ...archiveRoutes,
  listPermissions: {
    method: 'GET',
    path: '/permissions',
    summary: 'Permissions of every application that has some, by its name, for the other services',
    response: z.record(z.string(), permissionsSchema),
  },
  listPipelines: {
    method: 'GET',
    path: '/pipelines',
    summary: 'All pipelines',
    query: z.object({
      application: z.string().optional(),
      triggerTypes: z.string().optional().describe('comma-separated: only pipelines with a trigger of one of these'),
      kind: pipelineKindSchema.optional().describe('default pipeline'),
      plan,
    }),
    response: z.array(pipelineSchema),
    answers: 'stream',
  },
  getPipeline: {
    method: 'GET',
    path: '/pipelines/:id',
    summary: 'One pipeline by id',
    params: id,
    query: z.object({ plan }),
    response: pipelineSchema,
  },
  getPipelineText: {
    method: 'GET',
    path: '/pipelines/:id/text',
    summary: "One pipeline's text exactly as it was received",
    params: id,
    answers: 'text',
  },
  getPipelineByName: {
    method: 'GET',
    path: '/pipelines/:application/name/:name',
    summary: 'One pipeline by name (ignoring case)',
    params: z.object({ application: z.string(), name: z.string() }),
    query: kind.extend({ plan }),
    response: pipelineSchema,
  },
  savePipeline: {
    method: 'POST',
    path: '/pipelines',
    summary: 'Create or replace a pipeline from its raw text; a stale updateTs is refused when staleCheck is set',
    query: z.object({
      staleCheck: z.stringbool().optional(),
      id: z.string().optional().describe('id to save it under, for a text that has none'),
      kind: pipelineKindSchema.optional().describe('default pipeline'),
    }),
    rawBody: true,
    response: savedPipelineSchema,
  },
  deletePipeline: {
    method: 'DELETE',
    path: '/pipelines/:application/:name',
    summary: 'Delete a pipeline by name; an unknown name is no error',
    params: z.object({ application: z.string(), name: z.string() }),
    query: kind,
  },
  savePipelines: {
    method: 'POST',
    path: '/pipelines/batchUpdate',
    summary: 'Save many pipelines: those that are right are saved, the others come back with their errors',
    body: z.array(jsonObject),
    response: bulkSavedSchema,
  },
  reorderPipelines: {
    method: 'POST',
    path: '/pipelines/reorder',
    summary: "Give pipelines their places in their application's list",
    query: kind,
    body: z.object({ application: z.string(), idsToIndices: z.record(z.string(), z.number().int()) }),
  },
  renamePipeline: {
    method: 'POST',
    path: '/pipelines/move',
    summary: 'Rename a pipeline',
    query: kind,
    body: z.object({ application: z.string(), from: z.string(), to: z.string() }),
    response: pipelineSchema,
  },
  getStoredPipeline: {
    method: 'GET',
    path: '/pipelines/:id/stored',
    summary: 'One pipeline with its text, version, author and warnings',
    params: id,
    response: storedPipelineSchema,
  },
  submitTask: {
    method: 'POST',
    path: '/tasks',
    summary: 'Change applications or pipelines; all jobs or none. A refused change is a TERMINAL task',
    body: z.looseObject({
      application: z.string(),
      description: z.string().optional(),
      job: z.array(z.looseObject({ type: z.string() })).min(1),
    }),
    response: taskSchema,
  },
  getTask: { method: 'GET', path: '/tasks/:id', summary: 'One task of front50', params: id, response: taskSchema },
  deleteTask: { method: 'DELETE', path: '/tasks/:id', summary: 'Remove a task of front50', params: id },
  listTasks: {
    method: 'GET',
    path: '/applications/:application/tasks',
    summary: "An application's tasks, newest first",
    params: app,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).optional() }),
    response: z.array(taskSchema),
  },
  pipelineHistory: {
    method: 'GET',
    path: '/pipelines/:id/history',
    summary: 'Versions of a pipeline, newest first',
    params: id,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).optional() }),
    response: z.array(pipelineSchema),
  },
});
