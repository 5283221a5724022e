import { z } from 'zod';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export const STATUS_URL_RESOLUTIONS = ['getMethod', 'locationHeader', 'webhookResponse'] as const;

/** A list that users also write as one text with commas. */
const words = z
  .union([z.string(), z.array(z.string())])
  .transform((value) =>
    (typeof value === 'string' ? value.split(',') : value).map((word) => word.trim()).filter(Boolean),
  );

/** Settings of a webhook, in Spinnaker's words. */
export const webhookSchema = z.looseObject({
  url: z.string().min(1).describe('address to call'),
  method: z
    .preprocess((value) => (typeof value === 'string' ? value.toUpperCase() : value), z.enum(METHODS))
    .default('POST'),
  payload: z.unknown().optional().describe('JSON, or a text that is sent as it is'),
  customHeaders: z.record(z.string(), z.unknown()).optional(),
  failFastStatusCodes: z.array(z.coerce.number().int()).default([504]).describe('statuses that are not tried again'),
  webhookRetryStatusCodes: z.array(z.coerce.number().int()).default([]).describe('statuses that are tried again'),
  waitForCompletion: z.coerce.boolean().default(false).describe('watch a status address after the call'),
  statusUrlResolution: z.enum(STATUS_URL_RESOLUTIONS).default('getMethod'),
  statusUrlJsonPath: z.string().optional().describe('where the answer names the status address'),
  statusJsonPath: z.string().optional().describe("where the status address's answer has the status"),
  progressJsonPath: z.string().optional(),
  successStatuses: words.optional(),
  canceledStatuses: words.optional(),
  terminalStatuses: words.optional(),
  retryStatusCodes: z
    .array(z.coerce.number().int())
    .default([])
    .describe('statuses of the status address that are asked again'),
  webhook: z.looseObject({ statusEndpoint: z.string().optional() }).optional(),
});
export type WebhookContext = z.output<typeof webhookSchema>;
