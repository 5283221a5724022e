import { z } from 'zod';
import { archiveRoutes } from './archive.ts';
import { canaryConfigRoutes } from './canary-configs.ts';
import { documentHistoryRoutes } from './document-history.ts';
import { entityTagRoutes, entityTagSchema } from './entity-tags.ts';
import { executionViewSchema, jsonObject } from './execution.ts';
import { applicationSchema, bulkSavedSchema, pipelineSchema, taskSchema } from './front50.ts';
import { notificationSettingsRoutes } from './notification-settings.ts';
import { notificationRoutes } from './notifications.ts';
import { pipelineTemplateRoutes } from './pipeline-templates.ts';
import { projectClusterSchema } from './project-clusters.ts';
import { projectRoutes } from './projects.ts';
import { defineApi } from './route.ts';
import { statusListSchema } from './status.ts';

const id = z.object({ id: z.string() });
const application = z.object({ application: z.string() });
const named = z.object({ application: z.string(), name: z.string() });
const taskRef = z.object({ ref: z.string().describe('/tasks/<id>') });
const limit = z.coerce.number().int().min(1).max(1000).optional();
const moved = z.object({ application: z.string(), from: z.string(), to: z.string() });
const reordered = z.object({ application: z.string(), idsToIndices: z.record(z.string(), z.coerce.number().int()) });

/** Gate's routes of documents: projects, strategies, notifications, and what became of all of them. */
export const gateDocumentRoutes = defineApi({
  ...documentHistoryRoutes,
  ...notificationRoutes,
  ...notificationSettingsRoutes,
  ...canaryConfigRoutes,
  ...archiveRoutes,
  listEntityTags: entityTagRoutes.listEntityTags,
  getEntityTags: entityTagRoutes.getEntityTags,
  tagEntity: {
    method: 'POST',
    path: '/tags',
    summary: 'Put tags to an entity; follow it at the ref',
    query: z.object({
      entityId: z.string().min(1),
      entityType: z.string().min(1),
      account: z.string().optional(),
      region: z.string().optional(),
      cloudProvider: z.string().optional(),
      application: z.string().optional(),
    }),
    body: z.array(entityTagSchema).min(1),
    response: taskRef,
    status: 202,
  },
  untagEntity: {
    method: 'DELETE',
    path: '/tags/:id',
    summary: 'Take tags from an entity: those named, or all; follow it at the ref',
    params: id,
    query: entityTagRoutes.deleteEntityTags.query,
    response: taskRef,
    status: 202,
  },
  applicationHistory: {
    method: 'GET',
    path: '/applications/:application/history',
    summary: 'Versions of an application, newest first',
    params: application,
    query: z.object({ limit }),
    response: z.array(applicationSchema),
  },

  listTemplates: pipelineTemplateRoutes.listTemplates,
  templateVersions: pipelineTemplateRoutes.templateVersions,
  getTemplate: pipelineTemplateRoutes.getTemplate,
  templateDependents: pipelineTemplateRoutes.templateDependents,
  planTemplate: pipelineTemplateRoutes.planTemplate,
  convertToTemplate: pipelineTemplateRoutes.convertToTemplate,
  createTemplate: {
    method: 'POST',
    path: '/v2/pipelineTemplates/create',
    summary: 'Create a pipeline template and answer the task that did it',
    query: z.object({ tag: z.string().optional() }),
    body: jsonObject,
    response: taskSchema,
  },
  updateTemplate: {
    method: 'POST',
    path: '/v2/pipelineTemplates/update/:id',
    summary: 'Add a version of a pipeline template and answer the task that did it',
    params: id,
    query: z.object({ tag: z.string().optional(), skipPlanDependents: z.stringbool().optional() }),
    body: jsonObject,
    response: taskSchema,
  },
  deleteTemplate: {
    method: 'DELETE',
    path: '/v2/pipelineTemplates/:id',
    summary: 'Delete a pipeline template, or one of its tags or digests; refused while pipelines use it',
    params: id,
    query: z.object({ tag: z.string().optional(), digest: z.string().optional(), application: z.string().optional() }),
    response: taskSchema,
    status: 202,
  },

  listProjects: { ...projectRoutes.listProjects, path: '/projects' },
  getProject: { ...projectRoutes.getProject, path: '/projects/:id' },
  projectHistory: { ...projectRoutes.projectHistory, path: '/projects/:id/history' },
  projectPipelines: {
    method: 'GET',
    path: '/projects/:id/pipelines',
    summary: "Executions of a project's pipelines, or of its applications where it names no pipelines",
    params: id,
    query: z.object({ limit, statuses: statusListSchema.optional() }),
    response: z.array(executionViewSchema),
  },

  projectClusters: {
    method: 'GET',
    path: '/projects/:id/clusters',
    summary: 'What serves in the clusters that a project shows: instances and builds, by application and region',
    params: id,
    response: z.array(projectClusterSchema),
  },

  bulkSavePipelines: {
    method: 'POST',
    path: '/pipelines/bulksave',
    summary: 'Save many pipelines: those that are right are saved, the others come back with their errors',
    query: z.object({ application: z.string().optional() }),
    body: z.array(jsonObject),
    response: bulkSavedSchema,
  },
  movePipeline: { method: 'POST', path: '/pipelines/move', summary: 'Rename a pipeline', body: moved },
  reorderPipelines: {
    method: 'POST',
    path: '/actions/pipelines/reorder',
    summary: "Give pipelines their places in their application's list, and answer the task that did it",
    body: reordered,
    response: taskSchema,
  },

  listStrategyConfigs: {
    method: 'GET',
    path: '/applications/:application/strategyConfigs',
    summary: "An application's strategies",
    params: application,
    response: z.array(pipelineSchema),
  },
  getStrategyConfig: {
    method: 'GET',
    path: '/applications/:application/strategyConfigs/:name',
    summary: 'One strategy by name',
    params: named,
    response: pipelineSchema,
  },
  allStrategyConfigs: {
    method: 'GET',
    path: '/strategyConfigs',
    summary: 'Every strategy',
    response: z.array(pipelineSchema),
    answers: 'stream',
  },
  strategyHistory: {
    method: 'GET',
    path: '/strategyConfigs/:id/history',
    summary: 'Versions of a strategy, newest first',
    params: id,
    query: z.object({ limit }),
    response: z.array(pipelineSchema),
  },
  saveStrategy: {
    method: 'POST',
    path: '/strategies',
    summary: 'Save a strategy; answers nothing',
    query: z.object({ staleCheck: z.stringbool().optional() }),
    rawBody: true,
  },
  updateStrategy: {
    method: 'PUT',
    path: '/strategies/:id',
    summary: 'Replace a strategy and answer it',
    params: id,
    rawBody: true,
    response: pipelineSchema,
  },
  deleteStrategy: {
    method: 'DELETE',
    path: '/strategies/:application/:name',
    summary: 'Delete a strategy by name; an unknown name is no error',
    params: named,
  },
  moveStrategy: { method: 'POST', path: '/strategies/move', summary: 'Rename a strategy', body: moved },
  reorderStrategies: {
    method: 'POST',
    path: '/actions/strategies/reorder',
    summary: "Give strategies their places in their application's list, and answer the task that did it",
    body: reordered,
    response: taskSchema,
  },
});
