import { z } from 'zod';

const constraints = z.record(z.string(), z.string().nullable());

/** Starts for a message of a subscription. */
export const pubsubTriggerSchema = z.looseObject({
  type: z.literal('pubsub'),
  enabled: z.boolean().optional(),
  id: z.string().optional(),
  pubsubSystem: z.string().min(1).describe('redis'),
  subscriptionName: z.string().min(1).describe('name of a subscription of gennaker.yml'),
  payloadConstraints: constraints
    .optional()
    .describe('top-level key of the payload -> regular expression (RE2) that must be found in its value'),
  attributeConstraints: constraints
    .optional()
    .describe('attribute of the message -> regular expression (RE2) that must be found in its value'),
});
export type PubsubTrigger = z.infer<typeof pubsubTriggerSchema>;
