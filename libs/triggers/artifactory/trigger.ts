import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { unmetConstraint } from '@gennaker/extension-sdk/payload-constraints';
import { judgeSecret } from '@gennaker/extension-sdk/sender-secret';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { artifactOf, bringsNothing, readJFrogEvent } from './jfrog-event.ts';
import { artifactoryTriggerSchema } from './schema.ts';

/** Something new in Artifactory: the search name equal, constraints met, and the sender knows the secret. */
export default defineTrigger({
  type: 'artifactory',
  label: 'Artifactory',
  description: 'JFrog Artifactory posts to /webhooks/artifactory/{search name} what was put into it',
  eventTypes: ['artifactory'],
  schema: artifactoryTriggerSchema,
  examples: [
    {
      type: 'artifactory',
      enabled: true,
      artifactorySearchName: 'releases',
      payloadConstraints: { '$.data.repo_key': '^libs-release$' },
    },
  ],
  readWebhook({ content }) {
    const event = readJFrogEvent(content);
    const nothing = bringsNothing(event);
    if (nothing) return { ignored: { summary: nothing } };
    const { repo_key: repository, path, image_name: image, tag, sha256 } = event.data;
    if (sha256 === undefined) return {};
    return { identity: [event.event_type, repository, path ?? image, tag, sha256].filter(Boolean).join(' ') };
  },
  match(trigger, event, proof) {
    if (trigger.artifactorySearchName !== event.source)
      return {
        matches: false,
        elsewhere: true,
        reason: {
          summary: `its search is "${trigger.artifactorySearchName}", the event came to "${event.source ?? ''}"`,
        },
      };
    const arrived = readJFrogEvent(event.content);
    const nothing = bringsNothing(arrived);
    if (nothing) return { matches: false, reason: { summary: nothing } };
    const refused =
      unmetConstraint(trigger.payloadConstraints ?? {}, event.content) ?? judgeSecret(trigger, 'artifactory', proof);
    if (refused) return { matches: false, reason: refused };
    return {
      matches: true,
      reason: { summary: `${artifactOf(arrived).reference} came into ${arrived.data.repo_key}` },
    };
  },
  toTrigger(trigger, event) {
    const { secret: _secret, secretName: _secretName, ...shown } = trigger;
    const artifact = artifactOf(readJFrogEvent(event.content));
    return executionTriggerSchema.parse({ ...shown, payload: event.content, artifacts: [artifact] });
  },
});
