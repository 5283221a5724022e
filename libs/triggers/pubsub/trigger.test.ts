import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { pubsubTriggerSchema } from './schema.ts';
import pubsub from './trigger.ts';

const message = (payload: Record<string, unknown>, attributes: Record<string, string> = {}): EchoEvent => ({
  type: 'pubsub',
  source: 'builds',
  content: { pubsubSystem: 'redis', subscriptionName: 'builds', messageId: '1-0', payload, attributes },
});
const trigger = (more: Record<string, unknown> = {}) =>
  pubsubTriggerSchema.parse({
    type: 'pubsub',
    enabled: true,
    pubsubSystem: 'redis',
    subscriptionName: 'builds',
    ...more,
  }) as never;

describe('pubsub trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of pubsub.examples) expect(pubsub.schema.safeParse(example).success).toBe(true);
  });

  it('wants the messages of its subscription, ignoring case, and says why', () => {
    expect(pubsub.match(trigger({ pubsubSystem: 'Redis', subscriptionName: 'BUILDS' }), message({})).matches).toBe(
      true,
    );
    expect(pubsub.match(trigger({ subscriptionName: 'x' }), message({}))).toEqual({
      matches: false,
      elsewhere: true,
      reason: { summary: 'its subscription is "x" of redis, the message is of "builds" of redis' },
    });
  });

  it.each([
    ['met', { payloadConstraints: { branch: 'main' } }, true],
    ['found, not matched whole', { payloadConstraints: { branch: 'ai' } }, true],
    ['not met', { payloadConstraints: { branch: '^x' } }, false],
    ['on a path, which is no key', { payloadConstraints: { '$.deep.key': '.' } }, false],
    ['on what is null', { payloadConstraints: { nothing: null } }, false],
    ['on an attribute', { attributeConstraints: { kind: '^published$' } }, true],
    ['on another attribute', { attributeConstraints: { other: '.' } }, false],
  ])('with a constraint that is %s', (_how, config, matches) => {
    const event = message({ branch: 'main', deep: { key: 'v' }, nothing: null }, { kind: 'published' });
    expect(pubsub.match(trigger(config), event).matches).toBe(matches);
  });

  it('hands payload, parameters, link and artifacts to the execution', () => {
    const payload = { parameters: { version: '2' }, link: 'http://ci/7', artifacts: [{ name: 'shop' }], x: 1 };
    expect(pubsub.toTrigger(trigger(), message(payload, { kind: 'k' }))).toMatchObject({
      type: 'pubsub',
      subscription: 'builds',
      messageId: '1-0',
      attributes: { kind: 'k' },
      payload,
      parameters: { version: '2' },
      link: 'http://ci/7',
      artifacts: [{ name: 'shop' }],
    });
  });
});
