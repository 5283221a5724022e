import { z } from 'zod';
import { defineApi } from './route.ts';

const querySchema = z.looseObject({ type: z.string().min(1) }).superRefine((query, context) => {
  if (query['customFilter'] !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['customFilter'],
      message: 'is given up: use customInlineTemplate, or customFilterTemplate with a template',
    });
});

const metricSchema = z.looseObject({
  name: z.string().min(1),
  query: querySchema,
  groups: z.array(z.string()).default([]),
  analysisConfigurations: z.record(z.string(), z.unknown()).default({}),
  scopeName: z.string().optional(),
});

/** How canaries are judged: metrics in weighted groups, as Kayenta keeps it. Unknown keys are kept. */
export const canaryConfigSchema = z
  .looseObject({
    id: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^/?#\s]+$/, 'an id has no / ? # or blanks')
      .optional(),
    name: z.string().regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, _ and - only'),
    description: z.string().optional(),
    configVersion: z.string().optional(),
    applications: z.array(z.string().min(1)).min(1, 'name at least one application'),
    judge: z.looseObject({ name: z.string() }).optional(),
    metrics: z.array(metricSchema).default([]),
    templates: z.record(z.string(), z.string()).default({}),
    classifier: z.looseObject({ groupWeights: z.record(z.string(), z.number()).default({}) }).optional(),
  })
  .superRefine(({ metrics }, context) => {
    for (const [index, { name }] of metrics.entries())
      if (metrics.findIndex((other) => other.name === name) < index)
        context.addIssue({
          code: 'custom',
          path: ['metrics', index, 'name'],
          message: `there is another metric "${name}"`,
        });
  });

const times = {
  id: z.string(),
  createdTimestamp: z.number().describe('epoch milliseconds'),
  createdTimestampIso: z.string(),
  updatedTimestamp: z.number().describe('epoch milliseconds'),
  updatedTimestampIso: z.string(),
};

/** A canary configuration as it is shown. */
export const canaryConfigViewSchema = canaryConfigSchema.safeExtend(times);
export type CanaryConfigView = z.infer<typeof canaryConfigViewSchema>;

const id = z.object({ id: z.string() });
const account = z.string().optional().describe('of Kayenta; there is one store here');
const saved = z.object({ canaryConfigId: z.string() });

/** Front50's canary configurations, on Kayenta's paths. They are kept and checked; nothing here judges by them. */
export const canaryConfigRoutes = defineApi({
  listCanaryConfigs: {
    method: 'GET',
    path: '/v2/canaryConfig',
    summary: 'Canary configurations, of an application or of all',
    query: z.object({ application: z.string().optional(), configurationAccountName: account }),
    response: z.array(z.object({ ...times, name: z.string(), applications: z.array(z.string()) })),
  },
  getCanaryConfig: {
    method: 'GET',
    path: '/v2/canaryConfig/:id',
    summary: 'One canary configuration',
    params: id,
    query: z.object({ configurationAccountName: account }),
    response: canaryConfigViewSchema,
  },
  createCanaryConfig: {
    method: 'POST',
    path: '/v2/canaryConfig',
    summary: 'Keep a new canary configuration; an id that is taken refuses',
    query: z.object({ configurationAccountName: account }),
    body: canaryConfigSchema,
    response: saved,
  },
  updateCanaryConfig: {
    method: 'PUT',
    path: '/v2/canaryConfig/:id',
    summary: 'Replace a canary configuration',
    params: id,
    query: z.object({ configurationAccountName: account }),
    body: canaryConfigSchema,
    response: saved,
  },
  deleteCanaryConfig: {
    method: 'DELETE',
    path: '/v2/canaryConfig/:id',
    summary: 'Delete a canary configuration',
    params: id,
    query: z.object({ configurationAccountName: account }),
  },
});
