import { z } from 'zod';
import { artifactSchema } from './artifacts.ts';
import { reasonSchema } from './execution.ts';
import { defineApi } from './route.ts';

/** Rosco's bake request (snake case on the wire); unknown keys stay. `callback` is woken when the bake ends. */
export const bakeRequestSchema = z.looseObject({
  package: z.string().describe('package names or file names without extension, separated by blanks'),
  cloud_provider_type: z.string().default('gce'),
  base_os: z.string().describe('base image id, see bake options'),
  base_label: z.string().default('release'),
  build_host: z.string().optional(),
  job: z.string().optional(),
  build_number: z.string().optional(),
  commit_hash: z.string().optional(),
  build_info_url: z.string().optional(),
  user: z.string().optional(),
  account_name: z.string().optional(),
  ami_name: z.string().optional(),
  ami_suffix: z.string().optional(),
  template_file_name: z.string().optional(),
  extended_attributes: z.record(z.string(), z.string()).optional(),
  package_urls: z
    .array(
      z.object({
        fileName: z.string(),
        url: z.string(),
        artifact: artifactSchema.optional().describe('it is fetched with the account of this artifact'),
      }),
    )
    .default([])
    .describe('where the package files of the build can be fetched'),
  spinnaker_execution_id: z.string().optional(),
  callback: z.object({ executionId: z.string(), stageId: z.string() }).optional(),
});
export type BakeRequest = z.infer<typeof bakeRequestSchema>;

export const bakeStatusSchema = z.looseObject({
  id: z.string(),
  resource_id: z.string(),
  state: z.enum(['PENDING', 'RUNNING', 'COMPLETED', 'CANCELED']),
  result: z.enum(['SUCCESS', 'FAILURE']).optional(),
  reason: reasonSchema.optional(),
});
export const bakeSchema = z.looseObject({
  id: z.string(),
  ami: z.string().describe('image name'),
  image_name: z.string(),
  base_ami: z.string().optional(),
  artifacts: z.array(z.looseObject({ type: z.string(), name: z.string(), reference: z.string() })).optional(),
});
export type Bake = z.infer<typeof bakeSchema>;

const regionId = z.object({ region: z.string(), id: z.string() });

/** Rosco: the bakery. */
export const roscoApi = defineApi({
  bakeOptions: {
    method: 'GET',
    path: '/bakeOptions',
    summary: 'Base images by cloud',
    response: z.array(
      z.looseObject({ cloudProvider: z.string(), baseImages: z.array(z.looseObject({ id: z.string() })) }),
    ),
  },
  createBake: {
    method: 'POST',
    path: '/api/v1/:region/bake',
    summary: 'Bake, or find the bake of the same key',
    params: z.object({ region: z.string() }),
    query: z.object({ rebake: z.string().optional() }),
    body: bakeRequestSchema,
    response: bakeStatusSchema,
  },
  bakeStatus: {
    method: 'GET',
    path: '/api/v1/:region/status/:id',
    summary: 'Status of a bake',
    params: regionId,
    response: bakeStatusSchema,
  },
  getBake: {
    method: 'GET',
    path: '/api/v1/:region/bake/:id',
    summary: 'Result of a bake',
    params: regionId,
    response: bakeSchema,
  },
  cancelBake: {
    method: 'GET',
    path: '/api/v1/:region/cancel/:id',
    summary: 'Cancel a bake; a stage that names itself only stops waiting while others wait for the same bake',
    params: regionId,
    query: z.object({ executionId: z.string().optional(), stageId: z.string().optional() }),
    response: bakeStatusSchema,
  },
  bakeLogs: {
    method: 'GET',
    path: '/api/v1/:region/logs/:id',
    summary: 'Log from `offset` on',
    params: regionId,
    query: z.object({ offset: z.coerce.number().int().optional() }),
    response: z.object({ logsContent: z.string(), nextOffset: z.number(), complete: z.boolean() }),
  },
  streamLogs: {
    method: 'GET',
    path: '/api/v1/:region/logs/:id/stream',
    summary: 'Log as a live event stream',
    params: regionId,
    query: z.object({ offset: z.coerce.number().int().optional() }),
    answers: 'events',
  },
});
