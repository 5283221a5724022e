import type { EchoEvent } from '@gennaker/contracts/echo';
import { executionTriggerSchema, type Reason } from '@gennaker/contracts/execution';
import { unmetConstraint } from '@gennaker/extension-sdk/payload-constraints';
import { receivedArtifacts } from '@gennaker/extension-sdk/received-artifacts';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { type CdEvent, readCdEvent } from './cloud-event.ts';
import { cdEventsTriggerSchema } from './schema.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const cdEventOf = (event: EchoEvent): CdEvent => readCdEvent(event.headers ?? {}, event.content);

function unmetAttribute(
  constraints: Readonly<Record<string, string>>,
  attributes: CdEvent['attributes'],
): Reason | undefined {
  for (const [name, wanted] of Object.entries(constraints)) {
    const key = name.toLowerCase();
    const value = attributes[key] ?? attributes[`ce-${key}`];
    if (value === wanted) continue;
    return {
      summary:
        value === undefined
          ? `the event has no attribute "${name}", which must be "${wanted}"`
          : `attribute "${name}" is "${value}", not "${wanted}"`,
      evidence: { attribute: name, wanted, value: value ?? null },
    };
  }
  return undefined;
}

/** A CDEvent: source equal, attributes exactly as wanted, payload constraints met. */
export default defineTrigger({
  type: 'cdevents',
  label: 'CDEvents',
  description: 'A CDEvent is posted to /webhooks/cdevents/{source}',
  eventTypes: ['cdevents'],
  schema: cdEventsTriggerSchema,
  examples: [
    {
      type: 'cdevents',
      enabled: true,
      source: 'tekton',
      attributeConstraints: { type: 'dev.cdevents.artifact.published.0.1.1' },
      payloadConstraints: { '$.subject.id': 'shop' },
    },
  ],
  readWebhook({ headers, content }) {
    const { attributes } = readCdEvent(headers, content);
    return { identity: `${attributes['ce-source']} ${attributes['ce-id']}` };
  },
  match(trigger, event) {
    if (trigger.source !== event.source)
      return {
        matches: false,
        elsewhere: true,
        reason: { summary: `its source is "${trigger.source}", the event came to "${event.source ?? ''}"` },
      };
    const { attributes, payload } = cdEventOf(event);
    const unmet =
      unmetAttribute(trigger.attributeConstraints ?? {}, attributes) ??
      unmetConstraint(trigger.payloadConstraints ?? {}, payload, { whole: 'the event' });
    if (unmet) return { matches: false, reason: unmet };
    return { matches: true, reason: { summary: `${attributes['ce-type']} of ${attributes['ce-source']}` } };
  },
  toTrigger(trigger, event) {
    const { payload } = cdEventOf(event);
    const { customData } = payload;
    const artifacts = receivedArtifacts(payload);
    return executionTriggerSchema.parse({
      ...trigger,
      payload,
      ...(isObject(customData) ? { parameters: customData } : {}),
      ...(artifacts.length > 0 ? { artifacts } : {}),
    });
  },
});
