import { dockerEventSchema } from '@gennaker/contracts/docker-event';
import type { EchoEvent } from '@gennaker/contracts/echo';
import { executionTriggerSchema, type Reason } from '@gennaker/contracts/execution';
import { linearRegex } from '@gennaker/extension-sdk/linear-regex';
import { judgeSecret } from '@gennaker/extension-sdk/sender-secret';
import { defineTrigger, type SenderProof } from '@gennaker/extension-sdk/trigger';
import { type PushedImage, pushedImages } from './pushed-images.ts';
import { type DockerTrigger, dockerTriggerSchema } from './schema.ts';

/** Where an event is from, its images, and whether it came as a webhook, which anybody may send. */
function imagesOf(event: EchoEvent): { account: string; images: readonly PushedImage[]; polled: boolean } {
  const polled = dockerEventSchema.safeParse(event.content).data;
  if (polled) return { account: polled.account, images: [polled], polled: true };
  return { account: event.source ?? '', images: pushedImages(event.content), polled: false };
}

const shown = ({ repository, tag }: Pick<PushedImage, 'repository' | 'tag'>): string => `${repository}:${tag}`;

/** The image that a trigger wants, or why it wants none. @throws Error for a pattern that is no RE2 */
function wantedImage(trigger: DockerTrigger, images: readonly PushedImage[]): PushedImage | Reason {
  const own = images.filter(({ repository }) => repository === trigger.repository);
  const pattern = trigger.tag?.trim() ?? '';
  const wanted = own.find(({ tag }) => (pattern === '' ? tag !== 'latest' : linearRegex(pattern).matches(tag)));
  if (wanted) return wanted;
  const tags = own.map(({ tag }) => `"${tag}"`).join(', ');
  return {
    summary:
      pattern === ''
        ? `the tag is ${tags}, which a trigger without a pattern for tags leaves out`
        : `the tag is ${tags}, which /${pattern}/ does not describe as a whole`,
    ...(pattern === '' ? { next: 'write latest as the pattern to start for that tag' } : {}),
  };
}

function mistrusted(trigger: DockerTrigger, proof: SenderProof | undefined): Reason | undefined {
  const refused = judgeSecret(trigger, 'docker', proof);
  if (refused || proof?.given === true) return refused;
  return {
    summary: 'the push came as a webhook without a signature or a token',
    next: 'give the webhook a token, and the trigger the same as its secret',
  };
}

/** A registry: account and repository equal, the tag as wanted; who tells it as a webhook has to know a secret. */
export default defineTrigger({
  type: 'docker',
  label: 'Docker registry',
  description: 'When an image of a repository gets a new tag',
  eventTypes: ['docker'],
  schema: dockerTriggerSchema,
  examples: [
    { type: 'docker', enabled: true, account: 'main-registry', repository: 'library/shop' },
    { type: 'docker', enabled: true, account: 'main-registry', repository: 'library/shop', tag: 'v\\d+\\.\\d+\\.\\d+' },
  ],
  readWebhook({ source, content }) {
    const images = pushedImages(content);
    if (images.length === 0) return { ignored: { summary: 'no tag of an image was pushed' } };
    const ids = images.flatMap(({ digest, ...image }) => (digest === undefined ? [] : `${shown(image)}@${digest}`));
    return ids.length === images.length ? { identity: `${source} ${ids.join(' ')}` } : {};
  },
  match(trigger, event, proof) {
    const { account, images, polled } = imagesOf(event);
    const elsewhere = (summary: string) => ({ matches: false, elsewhere: true as const, reason: { summary } });
    if (trigger.account !== account)
      return elsewhere(`its account is "${trigger.account}", the image came into "${account}"`);
    if (!images.some(({ repository }) => repository === trigger.repository))
      return elsewhere(`its repository is "${trigger.repository}", the image is ${images.map(shown).join(', ')}`);
    const refused = polled ? undefined : mistrusted(trigger, proof);
    if (refused) return { matches: false, reason: refused };
    const image = wantedImage(trigger, images);
    return 'summary' in image
      ? { matches: false, reason: image }
      : { matches: true, reason: { summary: `${shown(image)} came into ${account}` } };
  },
  toTrigger(trigger, event) {
    const { secret: _secret, secretName: _secretName, ...kept } = trigger;
    const image = wantedImage(trigger, imagesOf(event).images);
    if ('summary' in image) throw new Error(image.summary);
    const { registry, repository, tag, digest } = image;
    const name = registry === '' ? repository : `${registry}/${repository}`;
    return executionTriggerSchema.parse({
      ...kept,
      registry,
      tag,
      ...(digest === undefined ? {} : { digest }),
      artifacts: [
        {
          type: 'docker/image',
          name,
          version: tag,
          reference: `${name}:${tag}`,
          artifactAccount: trigger.account,
          ...(digest === undefined ? {} : { metadata: { digest } }),
        },
      ],
    });
  },
});
