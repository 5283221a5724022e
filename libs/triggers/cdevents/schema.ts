import { z } from 'zod';

/** Starts on a CDEvent, posted as a CloudEvent to `/webhooks/cdevents/{source}`. */
export const cdEventsTriggerSchema = z.looseObject({
  type: z.literal('cdevents'),
  enabled: z.boolean().optional(),
  source: z.string().min(1).describe('last part of the address, case-sensitive'),
  attributeConstraints: z
    .record(z.string(), z.string())
    .optional()
    .describe('attribute of the CloudEvent (type, subject; or header, ce-type) -> its exact value'),
  payloadConstraints: z
    .record(z.string(), z.string().nullable())
    .optional()
    .describe('top-level key or JSONPath of the event -> regular expression (RE2) that must be found in its value'),
});
export type CdEventsTrigger = z.infer<typeof cdEventsTriggerSchema>;
