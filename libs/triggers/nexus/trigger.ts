import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { unmetConstraint } from '@gennaker/extension-sdk/payload-constraints';
import { judgeSecret } from '@gennaker/extension-sdk/sender-secret';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { artifactOf, bringsNothing, readComponentEvent } from './component-event.ts';
import { nexusTriggerSchema } from './schema.ts';

/** A new component in Nexus: the search name equal, constraints met, and the sender knows the secret. */
export default defineTrigger({
  type: 'nexus',
  label: 'Nexus',
  description: 'Sonatype Nexus posts to /webhooks/nexus/{search name} what was put into it',
  eventTypes: ['nexus'],
  schema: nexusTriggerSchema,
  examples: [
    {
      type: 'nexus',
      enabled: true,
      nexusSearchName: 'releases',
      payloadConstraints: { '$.component.name': '^shop$' },
    },
  ],
  readWebhook({ content }) {
    if (content['asset'] !== undefined && content['component'] === undefined)
      return { ignored: { summary: 'it is about an asset; the event about its component starts pipelines' } };
    const event = readComponentEvent(content);
    const nothing = bringsNothing(event);
    if (nothing) return { ignored: { summary: nothing } };
    const { timestamp, nodeId, action, repositoryName, component } = event;
    if (timestamp === undefined) return {};
    const { group, name, version } = component;
    return {
      identity: [timestamp, nodeId, action, repositoryName, group, name, version].filter(Boolean).join(' '),
    };
  },
  match(trigger, event, proof) {
    if (trigger.nexusSearchName !== event.source)
      return {
        matches: false,
        elsewhere: true,
        reason: { summary: `its search is "${trigger.nexusSearchName}", the event came to "${event.source ?? ''}"` },
      };
    const arrived = readComponentEvent(event.content);
    const nothing = bringsNothing(arrived);
    if (nothing) return { matches: false, reason: { summary: nothing } };
    const refused =
      unmetConstraint(trigger.payloadConstraints ?? {}, event.content) ?? judgeSecret(trigger, 'nexus', proof);
    if (refused) return { matches: false, reason: refused };
    return {
      matches: true,
      reason: { summary: `${artifactOf(arrived).reference} came into ${arrived.repositoryName}` },
    };
  },
  toTrigger(trigger, event) {
    const { secret: _secret, secretName: _secretName, ...shown } = trigger;
    const artifact = artifactOf(readComponentEvent(event.content));
    return executionTriggerSchema.parse({ ...shown, payload: event.content, artifacts: [artifact] });
  },
});
