import { z } from 'zod';
import { eventAnswerSchema } from './echo.ts';
import { defineApi } from './route.ts';
import { scmRoutes } from './scm.ts';

/** An artifact of a build. */
export const buildArtifactSchema = z.looseObject({
  fileName: z.string(),
  name: z.string().optional(),
  type: z.string().optional().describe('jenkins/file'),
  version: z.string().optional().describe('number of the build'),
  reference: z.string().optional().describe('its address'),
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
  queueId: z.number().int().optional().describe('id of the queue item that it came from'),
  parameters: z.record(z.string(), z.unknown()).optional(),
  testResults: z
    .array(
      z.looseObject({
        failCount: z.number().optional(),
        skipCount: z.number().optional(),
        totalCount: z.number().optional(),
        urlName: z.string().optional(),
      }),
    )
    .optional(),
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

/** What an archived file says as properties: names and values, of a `.properties`, `.json` or `.yml` file. */
export const propertyFileSchema = z.object({
  fileName: z.string(),
  properties: z.record(z.string(), z.unknown()),
});
export type PropertyFile = z.infer<typeof propertyFileSchema>;

/** A piece of what a build writes while it runs. */
export const consolePieceSchema = z.object({
  text: z.string(),
  nextOffset: z.number().int().describe('give this as `offset` to read on'),
  complete: z.boolean().describe('the build has ended, and this was the last of it'),
});
export type ConsolePiece = z.infer<typeof consolePieceSchema>;

/** How far the start of a job is. */
export const startedBuildSchema = z.object({
  queueItem: z.number().int().optional().describe('absent: another call is starting it at this moment; ask again'),
});

/** A build that waits for its turn, or what became of it. */
export const queueItemSchema = z.object({
  id: z.number().int(),
  state: z
    .enum(['waiting', 'cancelled', 'left', 'unknown'])
    .describe('left: it is a build now; unknown: the master knows neither'),
  why: z.string().optional().describe("the master's words for what it waits for"),
  stuck: z.boolean().optional(),
  number: z.number().int().optional().describe('of the build that it became'),
  url: z.string().optional(),
});
export type QueueItem = z.infer<typeof queueItemSchema>;

const masterOnly = z.object({ master: z.string() });
const jobOnly = z.object({ job: z.string().min(1).describe('with its folders: folder/job/name or folder/name') });
const masterAndBuild = z.object({ master: z.string(), number: z.coerce.number().int().min(1) });

/** One build closely: what it writes and the property files that it archived. Gate has the same. */
export const buildRoutes = defineApi({
  buildConsole: {
    method: 'GET',
    path: '/masters/:master/builds/:number/console',
    summary: "A piece of a build's console log",
    params: masterAndBuild,
    query: jobOnly.extend({
      offset: z.coerce.number().int().min(0).optional().describe('bytes of the log that are known already'),
      tail: z.coerce.number().int().min(1).max(1_000_000).optional().describe('only the last so many bytes'),
    }),
    response: consolePieceSchema,
  },
  buildProperties: {
    method: 'GET',
    path: '/masters/:master/builds/:number/properties',
    summary: 'The properties of a file that a build archived',
    params: masterAndBuild,
    query: jobOnly.extend({ file: z.string().min(1).describe('file name of the artifact, exactly') }),
    response: propertyFileSchema,
  },
});

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
  ...buildRoutes,
  startBuild: {
    method: 'PUT',
    path: '/masters/:master/builds',
    summary: 'Start a build of a job, once for each idempotency key',
    params: masterOnly,
    query: jobOnly,
    body: z.object({ parameters: z.record(z.string(), z.string()).default({}) }),
    response: startedBuildSchema,
  },
  getQueueItem: {
    method: 'GET',
    path: '/masters/:master/queue/:item',
    summary: 'What a build waits for, or which build it became',
    params: z.object({ master: z.string(), item: z.coerce.number().int().min(0) }),
    query: jobOnly,
    response: queueItemSchema,
  },
  stopBuild: {
    method: 'PUT',
    path: '/masters/:master/stop',
    summary: 'Stop a build, or take it out of the queue; by `start` alone, also one whose start is under way',
    params: masterOnly,
    body: jobOnly.extend({
      number: z.number().int().optional(),
      queueItem: z.number().int().optional(),
      start: z.string().optional().describe('idempotency key of the start'),
    }),
    response: z.object({ stopped: z.boolean().describe('false: there was nothing to stop any more') }),
  },
  describeBuild: {
    method: 'PATCH',
    path: '/masters/:master/builds/:number',
    summary: "Change a build's description",
    params: masterAndBuild,
    query: jobOnly,
    body: z.object({ description: z.string().max(10_000) }),
  },
  buildFile: {
    method: 'GET',
    path: '/build-files',
    summary: 'A file that a build archived, read as its master lets igor; 404: the address is of no configured master',
    query: z.object({ url: z.url({ protocol: /^https?$/ }) }),
    answers: 'bytes',
  },
});
