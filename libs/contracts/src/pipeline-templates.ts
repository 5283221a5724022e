import { z } from 'zod';
import { jsonObject } from './execution.ts';
import { defineApi } from './route.ts';

/** A template's variable. Without a `defaultValue` a pipeline has to give it a value. */
export const templateVariableSchema = z.looseObject({
  name: z.string().min(1),
  type: z.enum(['string', 'int', 'float', 'boolean', 'list', 'object']).default('string'),
  description: z.string().optional(),
  defaultValue: z.unknown().optional(),
});
export type TemplateVariable = z.infer<typeof templateVariableSchema>;

/** A template of pipelines, schema v2: a pipeline with `${templateVariables.name}` in it. */
export const pipelineTemplateSchema = z.looseObject({
  schema: z.literal('v2').default('v2'),
  id: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^:@/?#\s]+$/, 'an id has no : @ / ? # or blanks'),
  metadata: z.looseObject({
    name: z.string().min(1),
    description: z.string().default(''),
    owner: z.string().optional(),
    scopes: z.array(z.string()).default([]),
  }),
  protect: z.boolean().optional(),
  variables: z.array(templateVariableSchema).default([]),
  pipeline: jsonObject,
});
export type PipelineTemplate = z.infer<typeof pipelineTemplateSchema>;

/** A stored version of a template. */
export const storedTemplateSchema = pipelineTemplateSchema.extend({
  tag: z.string().optional(),
  digest: z.string().describe('SHA-256 of the template’s JSON with sorted keys'),
  updateTs: z.string().describe('epoch milliseconds'),
  lastModifiedBy: z.string(),
});
export type StoredTemplate = z.infer<typeof storedTemplateSchema>;

/** Names that a version of a template can be called by; every save moves `latest`. */
export const templateTagSchema = z.enum(['latest', 'stable', 'unstable', 'experimental', 'test', 'canary']);

/** What is wrong with a templated pipeline: where, and what to do. */
export const templateErrorSchema = z.object({
  severity: z.enum(['FATAL', 'WARN']),
  message: z.string(),
  location: z.string().describe('path of the field, such as variables.replicas'),
  suggestion: z.string().optional(),
});
export type TemplateError = z.infer<typeof templateErrorSchema>;

const id = z.object({ id: z.string() });
const version = z.object({ tag: templateTagSchema.optional(), digest: z.string().optional() });

/** Front50's pipeline templates. */
export const pipelineTemplateRoutes = defineApi({
  listTemplates: {
    method: 'GET',
    path: '/v2/pipelineTemplates',
    summary: 'The latest version of every template, of some scopes or of all',
    query: z.object({ scopes: z.string().optional().describe('comma-separated; names or regular expressions') }),
    response: z.array(storedTemplateSchema),
  },
  templateVersions: {
    method: 'GET',
    path: '/v2/pipelineTemplates/versions',
    summary: 'All versions of every template, by its id',
    query: z.object({ scopes: z.string().optional() }),
    response: z.record(z.string(), z.array(storedTemplateSchema)),
  },
  getTemplate: {
    method: 'GET',
    path: '/v2/pipelineTemplates/:id',
    summary: 'One template: its latest version, or that of a tag or a digest',
    params: id,
    query: version,
    response: storedTemplateSchema,
  },
  createTemplate: {
    method: 'POST',
    path: '/v2/pipelineTemplates',
    summary: 'Create a template; an id that is taken refuses',
    query: z.object({ tag: z.string().optional() }),
    body: jsonObject,
    response: storedTemplateSchema,
  },
  updateTemplate: {
    method: 'PUT',
    path: '/v2/pipelineTemplates/:id',
    summary: 'Add a version of a template, and move its tag to it',
    params: id,
    query: z.object({ tag: z.string().optional(), skipPlanDependents: z.stringbool().optional() }),
    body: jsonObject,
    response: storedTemplateSchema,
  },
  deleteTemplate: {
    method: 'DELETE',
    path: '/v2/pipelineTemplates/:id',
    summary: 'Delete a template, or one of its tags or digests; refused while pipelines use it',
    params: id,
    query: version,
  },
  templateDependents: {
    method: 'GET',
    path: '/v2/pipelineTemplates/:id/dependents',
    summary: 'Pipelines that use a template',
    params: id,
    response: z.array(
      z.looseObject({ id: z.string().optional(), name: z.string(), application: z.string(), reference: z.string() }),
    ),
  },
  convertToTemplate: {
    method: 'GET',
    path: '/pipelineConfigs/:id/convertToTemplate',
    summary: 'The template that a pipeline would be; nothing is stored',
    params: id,
    response: pipelineTemplateSchema,
  },
  planTemplate: {
    method: 'POST',
    path: '/v2/pipelineTemplates/plan',
    summary: 'The pipeline that a templated pipeline stands for; 400 with `errors` when it stands for none',
    body: jsonObject,
    response: jsonObject,
  },
});
