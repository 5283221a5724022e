import { z } from 'zod';
import { eventAnswerSchema } from './echo.ts';
import { defineApi } from './route.ts';
import { scmRoutes } from './scm.ts';

/** An artifact of a build. */
export const buildArtifactSchema = z.looseObject({
  fileName: z.string(),
  displayPath: z.string().optional(),
  relativePath: z.string(),
  url: z.string().optional(),
});

/** A finished or running build, as executions carry it (`trigger.buildInfo`). */
export const buildInfoSchema = z.looseObject({
  name: z.string(),
  number: z.number().int(),
  url: z.string(),
  building: z.boolean(),
  result: z.string().optional(),
  timestamp: z.union([z.string(), z.number()]).optional(),
  fullDisplayName: z.string().optional(),
  artifacts: z.array(buildArtifactSchema),
  scm: z.array(z.looseObject({})),
});
export type BuildInfo = z.infer<typeof buildInfoSchema>;

/** A job as its master describes it. */
export const jobConfigSchema = z.object({
  name: z.string().describe('with its folders: folder/job/name'),
  displayName: z.string(),
  description: z.string(),
  url: z.string(),
  buildable: z.boolean(),
  concurrentBuild: z.boolean(),
  parameterDefinitionList: z.array(
    z.object({
      name: z.string(),
      type: z.string().optional().describe('StringParameterDefinition, ChoiceParameterDefinition, ...'),
      description: z.string().optional(),
      defaultValue: z.unknown().optional(),
      choices: z.array(z.string()).optional(),
    }),
  ),
});
export type JobConfig = z.infer<typeof jobConfigSchema>;

/** Igor: CI. */
export const igorApi = defineApi({
  ...scmRoutes,
  jenkinsWebhook: {
    method: 'POST',
    path: '/webhooks/jenkins/:master',
    summary: "The Jenkins Notification plugin's payload of a configured master",
    params: z.object({ master: z.string() }),
    query: z.object({ token: z.string().optional() }),
    rawBody: true,
    response: eventAnswerSchema,
  },
  listMasters: { method: 'GET', path: '/masters', summary: 'Configured masters', response: z.array(z.string()) },
  listJobs: {
    method: 'GET',
    path: '/masters/:master/jobs',
    summary: 'Jobs of a master',
    params: z.object({ master: z.string() }),
    response: z.array(z.string()),
  },
  getJob: {
    method: 'GET',
    path: '/masters/:master/job',
    summary: 'A job and its parameters',
    params: z.object({ master: z.string() }),
    query: z.object({ job: z.string().min(1) }),
    response: jobConfigSchema,
  },
  listBuilds: {
    method: 'GET',
    path: '/masters/:master/builds',
    summary: 'The last builds of a job, the newest first',
    params: z.object({ master: z.string() }),
    query: z.object({ job: z.string().min(1) }),
    response: z.array(buildInfoSchema),
  },
  getBuild: {
    method: 'GET',
    path: '/masters/:master/builds/:number',
    summary: 'One build',
    params: z.object({ master: z.string(), number: z.coerce.number().int() }),
    query: z.object({ job: z.string() }),
    response: buildInfoSchema,
  },
});
