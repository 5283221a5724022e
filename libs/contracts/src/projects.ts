import { z } from 'zod';
import { defineApi } from './route.ts';

/** What a project shows: applications, chosen pipelines, and clusters by account, stack and detail (`*`: any). */
const projectConfigSchema = z.looseObject({
  applications: z.array(z.string()).default([]),
  pipelineConfigs: z.array(z.looseObject({ application: z.string(), pipelineConfigId: z.string() })).default([]),
  clusters: z
    .array(
      z.looseObject({
        account: z.string(),
        stack: z.string().default('*'),
        detail: z.string().default('*'),
        applications: z.array(z.string()).nullish(),
      }),
    )
    .default([]),
});

/** A project, as it is sent. */
export const projectSchema = z.looseObject({
  id: z.string().optional(),
  name: z.string().trim().min(1).max(100),
  email: z.string().default(''),
  config: projectConfigSchema.default({ applications: [], pipelineConfigs: [], clusters: [] }),
});

export type Project = z.infer<typeof projectSchema>;

/** A project as it is shown. */
export const projectViewSchema = projectSchema.extend({
  id: z.string(),
  createTs: z.number(),
  updateTs: z.number(),
  lastModifiedBy: z.string(),
});
export type ProjectView = z.infer<typeof projectViewSchema>;

const id = z.object({ id: z.string() });

/** Front50's projects. */
export const projectRoutes = defineApi({
  listProjects: {
    method: 'GET',
    path: '/v2/projects',
    summary: 'All projects, by name',
    response: z.array(projectViewSchema),
  },
  getProject: {
    method: 'GET',
    path: '/v2/projects/:id',
    summary: 'One project by its name (ignoring case), then by its id',
    params: id,
    response: projectViewSchema,
  },
  projectHistory: {
    method: 'GET',
    path: '/v2/projects/:id/history',
    summary: 'Versions of a project, newest first',
    params: id,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).optional() }),
    response: z.array(projectViewSchema.extend({ version: z.number(), deleted: z.boolean() })),
  },
});
