import { z } from 'zod';
import { permissionsSchema } from './people.ts';
import { defineApi } from './route.ts';

const parameterSchema = z.looseObject({
  name: z.string().min(1),
  label: z.string().optional(),
  description: z.string().optional(),
  type: z.string().default('string'),
  defaultValue: z.unknown().optional(),
  order: z.number().optional(),
});

const type = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _ only');
const common = {
  type,
  label: z.string().min(1),
  description: z.string().default(''),
  enabled: z.boolean().default(true),
  permissions: permissionsSchema.optional().describe('WRITE: the roles of which a user of it must have one'),
};

/** A webhook whose settings an administrator has made, offered as a stage type of its own. Further keys are a webhook's. */
export const preconfiguredWebhookSchema = z.looseObject({
  ...common,
  parameters: z.array(parameterSchema).default([]),
  noUserConfigurableFields: z.boolean().default(true).describe('pipelines give parameters only'),
});
export type PreconfiguredWebhook = z.output<typeof preconfiguredWebhookSchema>;

/** A stage type that runs another one with settings of an administrator. */
export const customStageTypeSchema = z.object({
  ...common,
  base: z.string().min(1).describe('the stage type that it runs'),
  defaults: z.record(z.string(), z.unknown()).default({}).describe('settings that pipelines cannot change'),
  parameters: z
    .array(
      parameterSchema.extend({ mapping: z.string().min(1).describe('dotted path of the setting that it is put into') }),
    )
    .default([]),
});
export type CustomStageType = z.output<typeof customStageTypeSchema>;

/** A preconfigured webhook as lists show it: without its address and headers. */
export const offeredWebhookSchema = z.object({
  type: z.string(),
  label: z.string(),
  description: z.string(),
  waitForCompletion: z.boolean(),
  preconfiguredProperties: z.array(z.string()).describe('settings that are made already'),
  noUserConfigurableFields: z.boolean(),
  parameters: z.array(parameterSchema),
});

/** A stage type of the configuration as lists show it. */
export const offeredStageTypeSchema = z.object({
  type: z.string(),
  label: z.string(),
  description: z.string(),
  base: z.string(),
  parameters: z.array(parameterSchema),
});

/** What gate tells of the stage types that its configuration makes, on Spinnaker's paths. */
export const customStageRoutes = defineApi({
  preconfiguredWebhooks: {
    method: 'GET',
    path: '/webhooks/preconfigured',
    summary: 'Preconfigured webhooks: stage types of the configuration',
    response: z.array(offeredWebhookSchema),
  },
  preconfiguredJobs: {
    method: 'GET',
    path: '/jobs/preconfigured',
    summary: 'Stage types of the configuration that run another type',
    response: z.array(offeredStageTypeSchema),
  },
});
