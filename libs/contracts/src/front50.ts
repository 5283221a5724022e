import { z } from 'zod';
import { jsonObject } from './execution.ts';
import { defineApi } from './route.ts';

/** An application: flat attributes, unknown keys kept. */
export const applicationSchema = z.looseObject({
  name: z.string(),
  email: z.string().optional(),
  description: z.string().optional(),
});
export type Application = z.infer<typeof applicationSchema>;

export const stageConfigSchema = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  refId: z.string().optional(),
  requisiteStageRefIds: z.array(z.string()).optional(),
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

/** A pipeline with what a save found: warnings are kept and shown, and refuse at run. */
export const savedPipelineSchema = z.object({
  pipeline: pipelineSchema,
  warnings: z.array(z.object({ message: z.string(), field: z.string().optional() })),
});

const app = z.object({ application: z.string() });
const id = z.object({ id: z.string() });

/** Front50: applications and pipelines. */
export const front50Api = defineApi({
  listApplications: {
    method: 'GET',
    path: '/v2/applications',
    summary: 'All applications',
    response: z.array(applicationSchema),
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
  listPipelines: {
    method: 'GET',
    path: '/pipelines',
    summary: 'All pipelines',
    query: z.object({ application: z.string().optional() }),
    response: z.array(pipelineSchema),
  },
  getPipeline: {
    method: 'GET',
    path: '/pipelines/:id',
    summary: 'One pipeline by id',
    params: id,
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
    response: pipelineSchema,
  },
  savePipeline: {
    method: 'POST',
    path: '/pipelines',
    summary: 'Create or replace a pipeline from its raw text; a stale updateTs is refused when staleCheck is set',
    query: z.object({ staleCheck: z.stringbool().optional() }),
    rawBody: true,
    response: savedPipelineSchema,
  },
  deletePipeline: {
    method: 'DELETE',
    path: '/pipelines/:application/:name',
    summary: 'Delete a pipeline by name; an unknown name is no error',
    params: z.object({ application: z.string(), name: z.string() }),
  },
  pipelineHistory: {
    method: 'GET',
    path: '/pipelines/:id/history',
    summary: 'Versions of a pipeline, newest first',
    params: id,
    query: z.object({ limit: z.coerce.number().int().optional() }),
    response: z.array(pipelineSchema),
  },
});
