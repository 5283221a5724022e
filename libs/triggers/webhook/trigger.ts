import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { unmetConstraint } from '@gennaker/extension-sdk/payload-constraints';
import { receivedArtifacts } from '@gennaker/extension-sdk/received-artifacts';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { identityAt } from './identity.ts';
import { webhookTriggerSchema } from './schema.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A webhook: source equal, every payload constraint met. The body becomes the payload, its `parameters` the parameters. */
export default defineTrigger({
  type: 'webhook',
  label: 'Webhook',
  description: 'A program posts JSON to /webhooks/webhook/{source}',
  eventTypes: ['webhook'],
  schema: webhookTriggerSchema,
  examples: [
    { type: 'webhook', enabled: true, source: 'my-service' },
    { type: 'webhook', enabled: true, source: 'git', payloadConstraints: { '$.push.branch': '^main$' } },
    { type: 'webhook', enabled: true, source: 'ci', identity: '$.build.id' },
  ],
  readWebhook: () => ({}),
  match(trigger, event) {
    if (trigger.source !== event.source)
      return {
        matches: false,
        elsewhere: true,
        reason: { summary: `its source is "${trigger.source}", the event came to "${event.source ?? ''}"` },
      };
    const unmet = unmetConstraint(trigger.payloadConstraints ?? {}, event.content);
    if (unmet) return { matches: false, reason: unmet };
    const count = Object.keys(trigger.payloadConstraints ?? {}).length;
    return {
      matches: true,
      reason: {
        summary: `the source is "${trigger.source}"${count === 0 ? '' : ` and ${count === 1 ? 'the constraint is' : `all ${count} constraints are`} met`}`,
      },
    };
  },
  identityOf: (trigger, event) => (trigger.identity ? identityAt(trigger.identity, event) : undefined),
  toTrigger(trigger, event) {
    const { parameters } = event.content;
    const artifacts = receivedArtifacts(event.content);
    return executionTriggerSchema.parse({
      ...trigger,
      payload: event.content,
      ...(isObject(parameters) ? { parameters } : {}),
      ...(artifacts.length > 0 ? { artifacts } : {}),
    });
  },
});
