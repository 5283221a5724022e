import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { webhookTriggerSchema } from './schema.ts';
import webhook from './trigger.ts';

const event = (content: Record<string, unknown>, source = 'ci'): EchoEvent => ({ type: 'webhook', source, content });
const trigger = (constraints?: Record<string, string>) =>
  webhookTriggerSchema.parse({
    type: 'webhook',
    source: 'ci',
    ...(constraints ? { payloadConstraints: constraints } : {}),
  }) as never;

describe('webhook trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of webhook.examples) expect(webhook.schema.safeParse(example).success).toBe(true);
  });

  it('wants its own source, case-sensitively, and says why', () => {
    expect(webhook.match(trigger(), event({})).matches).toBe(true);
    const other = webhook.match(trigger(), event({}, 'CI'));
    expect(other).toEqual({
      matches: false,
      elsewhere: true,
      reason: { summary: 'its source is "ci", the event came to "CI"' },
    });
  });

  it('wants every constraint met, and names the one that is not', () => {
    expect(webhook.match(trigger({ a: '1', '$.b': '2' }), event({ a: 1, b: 2 })).reason.summary).toBe(
      'the source is "ci" and all 2 constraints are met',
    );
    expect(webhook.match(trigger({ a: '1' }), event({}))).toEqual({
      matches: false,
      reason: {
        summary: 'the body has no "a", which must match /1/',
        evidence: { key: 'a', pattern: '1', values: [] },
      },
    });
  });

  it('counts an event by the place that it names: of the body, or a header', () => {
    const by = (identity: string) => webhookTriggerSchema.parse({ type: 'webhook', source: 'ci', identity }) as never;
    const build = { ...event({ build: { id: 7, tags: ['a', 'b'] } }), headers: { 'x-build': '9' } };
    expect(webhook.identityOf?.(by('$.build.id'), build)).toBe('7');
    expect(webhook.identityOf?.(by('$.build.tags'), build)).toBe('a b');
    expect(webhook.identityOf?.(by('header:X-Build'), build)).toBe('9');
    expect(webhook.identityOf?.(by('$.build.number'), build)).toBeUndefined();
    expect(webhook.identityOf?.(trigger(), build)).toBeUndefined();
    expect(() => webhook.identityOf?.(by('$..[?(@.x)]'), build)).toThrow('no filters');
  });

  it('gives the body as payload, its parameters and artifacts to the execution', () => {
    const given = event({ parameters: { version: '2' }, artifacts: [{ name: 'a' }, 'no'], x: 1 });
    expect(webhook.toTrigger(trigger(), given)).toMatchObject({
      type: 'webhook',
      source: 'ci',
      payload: given.content,
      parameters: { version: '2' },
      artifacts: [{ name: 'a' }],
    });
  });
});
