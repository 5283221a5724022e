import type { EchoEvent } from '@gennaker/contracts/echo';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unmetConstraint } from './constraints.ts';
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
    expect(other).toEqual({ matches: false, reason: { summary: 'its source is "ci", the event came to "CI"' } });
  });

  it('looks at a top-level key before a JSONPath, into lists, and at numbers as text', () => {
    expect(unmetConstraint({ 'a.b': '^1$' }, { 'a.b': 1, a: { b: 2 } })).toBeUndefined();
    expect(
      unmetConstraint({ '$.commits[*].branch': '^main$' }, { commits: [{ branch: 'x' }, { branch: 'main' }] }),
    ).toBe(undefined);
    expect(unmetConstraint({ '$.tags': '^v2$' }, { tags: ['v1', 'v2'] })).toBeUndefined();
    expect(unmetConstraint({ '$.missing': '.*' }, {})?.summary).toBe(
      'the body has no "$.missing", which must match /.*/',
    );
  });

  it('explains patterns and paths that it cannot judge', () => {
    expect(unmetConstraint({ a: '(?=x)' }, { a: 'x' })?.next).toContain('RE2');
    expect(unmetConstraint({ '$..[?(@.x)]': 'x' }, { a: { x: 'x' } })?.next).toContain('no filters');
  });

  it('is not slowed down by patterns that make other engines explode', () => {
    const started = performance.now();
    expect(unmetConstraint({ a: '^(a+)+$' }, { a: `${'a'.repeat(50_000)}!` })).toBeDefined();
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('meets a constraint exactly when the value is found as literal text', () => {
    const key = fc.stringMatching(/^[a-z]{1,8}$/);
    const word = fc.stringMatching(/^[a-z0-9]{1,10}$/);
    fc.assert(
      fc.property(key, word, word, (name, value, pattern) => {
        expect(unmetConstraint({ [name]: pattern }, { [name]: value }) === undefined).toBe(value.includes(pattern));
      }),
    );
  });

  it('never throws, whatever the body and the constraints are', () => {
    const constraint = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
    fc.assert(
      fc.property(constraint, fc.object({ maxDepth: 3 }), (constraints, body) => {
        expect(unmetConstraint(constraints, body)?.summary).not.toBe('');
      }),
    );
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
