import { z } from 'zod';

/** Starts when a chart gets a new version. */
export const helmTriggerSchema = z.looseObject({
  type: z.literal('helm'),
  enabled: z.boolean().optional(),
  id: z.string().optional(),
  account: z.string().min(1).describe('last part of the address of the webhook'),
  chart: z.string().min(1).describe('name of the chart'),
  version: z.string().optional().describe("a range in npm's words, such as ^1.2.0; empty: any version"),
  digest: z.string().optional(),
  secret: z.string().optional().describe('that webhooks are signed with; anybody who may READ the pipeline sees it'),
  secretName: z.string().optional().describe('a secret of `triggerSecrets` in gennaker.yml; absent: `helm`'),
});
export type HelmTrigger = z.infer<typeof helmTriggerSchema>;
