import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { cdEventsTriggerSchema } from './schema.ts';
import cdevents from './trigger.ts';

type Json = Record<string, unknown>;

const cdEvent = {
  context: { version: '0.4.1', id: 'c1', source: '/tekton', type: 'dev.cdevents.artifact.published.0.1.1' },
  subject: { id: 'pkg:oci/shop@sha256:1', type: 'artifact' },
  customData: { version: '2' },
};
const binary = { 'ce-id': 'e1', 'ce-source': '/tekton', 'ce-type': 'dev.cdevents.artifact.published.0.1.1' };
const structured = { specversion: '1.0', id: 'e1', source: '/tekton', type: binary['ce-type'], data: cdEvent };
const read = (headers: Record<string, string>, content: Json) =>
  cdevents.readWebhook?.({ source: 'ci', headers, content });
const event = (headers: Record<string, string>, content: Json, source = 'ci'): EchoEvent => ({
  type: 'cdevents',
  source,
  headers,
  content,
});
const trigger = (changes: Json = {}) =>
  cdEventsTriggerSchema.parse({ type: 'cdevents', source: 'ci', ...changes }) as never;

describe('cdevents trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of cdevents.examples) expect(cdevents.schema.safeParse(example).success).toBe(true);
  });

  it.each<[string, Record<string, string>, Json, string]>([
    ['binary', binary, cdEvent, '/tekton e1'],
    ['structured', {}, structured, '/tekton e1'],
    ['bare', {}, cdEvent, '/tekton c1'],
  ])('reads a CloudEvent in %s mode, and knows it by source and id', (_mode, headers, content, identity) => {
    expect(read(headers, content)).toEqual({ identity });
    const wanted = trigger({
      attributeConstraints: { 'ce-type': binary['ce-type'], source: '/tekton' },
      payloadConstraints: { '$.subject.id': '^pkg:oci/shop' },
    });
    expect(cdevents.match(wanted, event(headers, content))).toEqual({
      matches: true,
      reason: { summary: 'dev.cdevents.artifact.published.0.1.1 of /tekton' },
    });
    expect(cdevents.toTrigger(wanted, event(headers, content))).toMatchObject({
      type: 'cdevents',
      payload: cdEvent,
      parameters: { version: '2' },
    });
  });

  it('refuses what says neither id nor source nor type', () => {
    expect(() => read({ 'ce-id': '1' }, {})).toThrow('The CloudEvent has no source, type');
    expect(() => read({}, { specversion: '1.0', data: cdEvent })).toThrow('The CloudEvent has no id, source, type');
  });

  it.each<[string, Json, string]>([
    ['source', { source: 'other' }, 'its source is "other", the event came to "ci"'],
    ['attribute', { attributeConstraints: { type: 'x' } }, 'attribute "type" is "dev.cdevents.artifact.published'],
    ['missing attribute', { attributeConstraints: { subject: 'x' } }, 'the event has no attribute "subject"'],
    ['payload', { payloadConstraints: { '$.subject.type': '^change$' } }, '"$.subject.type" is "artifact"'],
  ])('refuses another %s', (_label, changes, summary) => {
    const result = cdevents.match(trigger(changes), event(binary, cdEvent));
    expect(result.matches).toBe(false);
    expect(result.reason.summary).toContain(summary);
  });
});
