import { executionTriggerSchema, jsonObject } from '@gennaker/contracts/execution';
import { unmetConstraint } from '@gennaker/extension-sdk/payload-constraints';
import { receivedArtifacts } from '@gennaker/extension-sdk/received-artifacts';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { z } from 'zod';
import { pubsubTriggerSchema } from './schema.ts';

/** What a subscriber makes of a message. */
const contentSchema = z.looseObject({
  pubsubSystem: z.string(),
  subscriptionName: z.string(),
  messageId: z.string(),
  payload: jsonObject,
  attributes: z.record(z.string(), z.string()).default({}),
});

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** A message: system and subscription equal, constraints on payload and attributes met. */
export default defineTrigger({
  type: 'pubsub',
  label: 'Message',
  description: 'A message of a subscription',
  eventTypes: ['pubsub'],
  schema: pubsubTriggerSchema,
  examples: [
    {
      type: 'pubsub',
      enabled: true,
      pubsubSystem: 'redis',
      subscriptionName: 'builds',
      payloadConstraints: { branch: '^main$' },
      attributeConstraints: { kind: '^published$' },
    },
  ],
  match(trigger, event) {
    const message = contentSchema.parse(event.content);
    const { pubsubSystem, subscriptionName } = message;
    if (!same(trigger.pubsubSystem, pubsubSystem) || !same(trigger.subscriptionName, subscriptionName))
      return {
        matches: false,
        elsewhere: true,
        reason: {
          summary: `its subscription is "${trigger.subscriptionName}" of ${trigger.pubsubSystem}, the message is of "${subscriptionName}" of ${pubsubSystem}`,
        },
      };
    const unmet =
      unmetConstraint(trigger.payloadConstraints ?? {}, message.payload, { keysOnly: true, whole: 'the payload' }) ??
      unmetConstraint(trigger.attributeConstraints ?? {}, message.attributes, {
        keysOnly: true,
        whole: 'the message',
      });
    if (unmet) return { matches: false, reason: unmet };
    return { matches: true, reason: { summary: `message ${message.messageId} of ${subscriptionName}` } };
  },
  toTrigger(trigger, event) {
    const { payload, subscriptionName, messageId, attributes } = contentSchema.parse(event.content);
    const parameters = jsonObject.safeParse(payload['parameters']).data;
    const text = (key: string) => (typeof payload[key] === 'string' ? { [key]: payload[key] } : {});
    const artifacts = receivedArtifacts(payload);
    return executionTriggerSchema.parse({
      ...trigger,
      subscription: subscriptionName,
      messageId,
      attributes,
      payload,
      ...text('link'),
      ...text('linkText'),
      ...(parameters ? { parameters } : {}),
      ...(artifacts.length > 0 ? { artifacts } : {}),
    });
  },
});
