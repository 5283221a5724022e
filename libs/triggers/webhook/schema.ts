import { z } from 'zod';

/** Starts on `POST /webhooks/webhook/{source}`. */
export const webhookTriggerSchema = z.looseObject({
  type: z.literal('webhook'),
  enabled: z.boolean().optional(),
  source: z.string().min(1).describe('last part of the address, case-sensitive'),
  payloadConstraints: z
    .record(z.string(), z.string().nullable())
    .optional()
    .describe(
      'top-level key or JSONPath of the body -> regular expression (RE2) that must be found in its value; null: there must be one',
    ),
  identity: z
    .string()
    .optional()
    .describe(
      'key or JSONPath of the body, or header:Name, whose value starts the pipeline once; absent: the delivery id, if any',
    ),
});
export type WebhookTrigger = z.infer<typeof webhookTriggerSchema>;
