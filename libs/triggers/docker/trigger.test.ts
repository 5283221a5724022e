import type { EchoEvent } from '@gennaker/contracts/echo';
import type { SenderProof } from '@gennaker/extension-sdk/trigger';
import { describe, expect, it } from 'vitest';
import { dockerTriggerSchema } from './schema.ts';
import docker from './trigger.ts';

const polled = (more: Record<string, unknown> = {}): EchoEvent => ({
  type: 'docker',
  source: 'main',
  content: { account: 'main', registry: 'registry:5000', repository: 'shop', tag: 'v1', digest: 'sha256:a', ...more },
});
const hook = (content: Record<string, unknown>): EchoEvent => ({ type: 'docker', source: 'main', content });
const trigger = (more: Record<string, unknown> = {}) =>
  dockerTriggerSchema.parse({ type: 'docker', enabled: true, account: 'main', repository: 'shop', ...more }) as never;
const proof = (secret?: string): SenderProof => ({
  given: secret !== undefined,
  secretNamed: () => undefined,
  madeWith: (wanted) => wanted === secret,
});
const distribution = {
  events: [
    { action: 'pull', target: { repository: 'shop', tag: 'v0' } },
    {
      action: 'push',
      target: { repository: 'shop', tag: 'v2', digest: 'sha256:b' },
      request: { host: 'registry:5000' },
    },
  ],
};

describe('docker trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of docker.examples) expect(docker.schema.safeParse(example).success).toBe(true);
  });

  it.each([
    ['any tag', {}, 'v1', true],
    ['but not latest', {}, 'latest', false],
    ['latest by its pattern', { tag: 'latest' }, 'latest', true],
    ['a blank pattern as none', { tag: ' ' }, 'latest', false],
    ['the whole tag', { tag: 'v\\d' }, 'v1', true],
    ['no part of it', { tag: 'v\\d' }, 'v12', false],
    ['one of several', { tag: 'v1|v2' }, 'v2', true],
  ])('wants %s', (_what, config, tag, wanted) => {
    expect(docker.match(trigger(config), polled({ tag })).matches).toBe(wanted);
  });

  it('says why a tag starts nothing', () => {
    expect(docker.match(trigger({ tag: 'v\\d' }), polled({ tag: 'v12' })).reason.summary).toBe(
      'the tag is "v12", which /v\\d/ does not describe as a whole',
    );
    expect(docker.match(trigger(), polled({ tag: 'latest' })).reason.next).toContain('write latest');
    expect(docker.match(trigger({ account: 'x' }), polled())).toMatchObject({ matches: false, elsewhere: true });
    expect(docker.match(trigger({ repository: 'x' }), polled())).toMatchObject({ matches: false, elsewhere: true });
  });

  it('hands tag, digest and image to the execution, and no secret', () => {
    const given = docker.toTrigger(trigger({ secret: 's' }), polled());
    expect(given).toMatchObject({
      type: 'docker',
      tag: 'v1',
      digest: 'sha256:a',
      registry: 'registry:5000',
      artifacts: [
        { type: 'docker/image', name: 'registry:5000/shop', version: 'v1', reference: 'registry:5000/shop:v1' },
      ],
    });
    expect(given).not.toHaveProperty('secret');
  });

  it.each([
    ['a Distribution registry', distribution, 'registry:5000/shop:v2'],
    [
      'Docker Hub',
      { push_data: { tag: 'v2', pushed_at: 1 }, repository: { repo_name: 'shop' } },
      'index.docker.io/shop:v2',
    ],
    ['Quay', { docker_url: 'quay.io/shop', updated_tags: ['latest', 'v2'] }, 'quay.io/shop:v2'],
  ])('reads the webhook of %s, whose sender has to know the secret', (_whose, content, reference) => {
    const event = hook(content);
    expect(docker.match(trigger({ secret: 's' }), event, proof('s')).matches).toBe(true);
    expect(docker.toTrigger(trigger({ secret: 's' }), event).artifacts).toMatchObject([{ reference }]);
    expect(docker.match(trigger({ secret: 's' }), event, proof('t')).matches).toBe(false);
    expect(docker.match(trigger({ secret: 's' }), event, proof()).matches).toBe(false);
    expect(docker.match(trigger(), event, proof()).reason.summary).toContain('without a signature or a token');
  });

  it('knows a push by its digests, ignores pulls, and refuses what no registry sends, its own events too', () => {
    const read = (content: Record<string, unknown>) => docker.readWebhook?.({ source: 'main', headers: {}, content });
    expect(read(distribution)).toEqual({ identity: 'main shop:v2@sha256:b' });
    expect(read({ docker_url: 'quay.io/shop', updated_tags: ['v2'] })).toEqual({});
    expect(read({ events: [{ action: 'pull', target: { repository: 'shop' } }] })?.ignored).toBeDefined();
    expect(() => read({})).toThrow('no push of Docker Hub');
    expect(() => read(polled().content)).toThrow('no push of Docker Hub');
  });

  it('polls need no secret, also for a trigger that has one', () => {
    expect(docker.match(trigger({ secret: 's' }), polled(), proof()).matches).toBe(true);
  });
});
