import { z } from 'zod';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export const STATUS_URL_RESOLUTIONS = ['getMethod', 'locationHeader', 'webhookResponse'] as const;

/** A list that users also write as one text with commas. */
const words = z
  .union([z.string(), z.array(z.string())])
  .transform((value) =>
    (typeof value === 'string' ? value.split(',') : value).map((word) => word.trim()).filter(Boolean),
  );

const flag = z.union([z.boolean(), z.stringbool()]);
const method = z.preprocess((value) => (typeof value === 'string' ? value.toUpperCase() : value), z.enum(METHODS));

/** Settings of a webhook, in Spinnaker's words. */
export const webhookSchema = z.looseObject({
  url: z.string().min(1).optional().describe('address to call'),
  method: method.default('POST'),
  payload: z.unknown().optional().describe('JSON, or a text that is sent as it is'),
  customHeaders: z.record(z.string(), z.unknown()).optional(),
  failFastStatusCodes: z.array(z.coerce.number().int()).default([504]).describe('statuses that are not tried again'),
  webhookRetryStatusCodes: z.array(z.coerce.number().int()).default([]).describe('statuses that are tried again'),
  waitForCompletion: flag.default(false).describe('watch a status address after the call'),
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
  retries: z
    .record(z.string(), z.looseObject({ maxAttempts: z.coerce.number().int().min(1) }))
    .optional()
    .describe('by status code of the call: {"503": {"maxAttempts": 5}}'),
  waitBeforeMonitor: z.coerce.number().min(0).max(604_800).optional().describe('seconds before the first look'),
  monitorOnly: flag.default(false).describe('make no call, only watch the status address'),
  statusEndpoint: z.string().optional().describe('the status address, where it is known in advance'),
  signalCancellation: flag.default(false).describe('call cancelEndpoint when the stage is cancelled'),
  cancelEndpoint: z.string().optional(),
  cancelMethod: method.optional(),
  cancelPayload: z.unknown().optional(),
  expectedArtifacts: z.array(z.looseObject({})).nullish(),
  webhookAttempts: z.record(z.string(), z.number()).optional().describe('calls so far that were answered so'),
  webhook: z.looseObject({ statusEndpoint: z.string().optional() }).optional(),
});
export type WebhookContext = z.output<typeof webhookSchema>;
