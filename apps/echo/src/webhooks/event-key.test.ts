import { describe, expect, it } from 'vitest';
import { webhookKey } from './event-key.ts';
import type { Proof } from './sender-proof.ts';

const target = { type: 'git', source: 'github' };
const signed = (digest: string): Proof => ({ kind: 'signature', algorithm: 'sha256', digest });
const key = (headers: Record<string, string>, identity?: string, proof?: Proof, body = ''): string | undefined =>
  webhookKey(target, { headers, bytes: Buffer.from(body) }, { identity }, proof);

describe('the key of a webhook', () => {
  it.each([
    ['anybody', { 'idempotency-key': 'i' }, 'i'],
    ['GitHub', { 'x-github-delivery': 'd' }, 'd'],
    ['GitLab', { 'x-gitlab-event-uuid': 'u' }, 'u'],
    ['Bitbucket', { 'x-request-uuid': 'r', 'x-hook-uuid': 'same for all of this hook' }, 'r'],
    ['Bitbucket Server', { 'x-event-key': 'repo:refs_changed', 'x-request-id': 'q' }, 'repo:refs_changed q'],
    ['Nexus', { 'x-nexus-webhook-delivery': 'n' }, 'n'],
    ['a CloudEvent', { 'ce-id': '1', 'ce-source': '/ci' }, '/ci 1'],
  ])('is the delivery id of %s', (_who, headers, id) => {
    expect(key(headers)).toBe(`webhook:git:github:${id}`);
  });

  it('is none where nothing tells deliveries apart: each counts', () => {
    expect(key({})).toBeUndefined();
    expect(key({ 'x-request-id': 'of a proxy' })).toBeUndefined();
    expect(key({ 'ce-id': '1' })).toBeUndefined();
    expect(key({}, undefined, signed('ab'))).toBeUndefined();
  });

  it('is the content where the type knows its events, and differs by source', () => {
    expect(key({}, 'o r main abc')).toBe(key({}, 'o r main abc'));
    expect(key({}, 'o r main abc')).not.toBe(key({}, 'o r main def'));
    expect(
      webhookKey({ type: 'git', source: 'gitlab' }, { headers: {}, bytes: Buffer.of() }, { identity: 'x' }, undefined),
    ).not.toBe(key({}, 'x'));
  });

  it('of several branches under one delivery id is one for each', () => {
    const headers = { 'x-gitlab-event-uuid': 'u' };
    expect(key(headers, 'o r main abc')).not.toBe(key(headers, 'o r dev abc'));
  });

  it('of a signed event is its signature: a copy under another delivery id is the same event', () => {
    const first = key({ 'x-github-delivery': 'a', 'x-github-event': 'push' }, 'c', signed('ab'));
    expect(key({ 'x-github-delivery': 'b', 'x-github-event': 'push' }, 'c', signed('ab'))).toBe(first);
    expect(key({ 'x-github-delivery': 'a', 'x-github-event': 'ping' }, 'c', signed('ab'))).not.toBe(first);
  });

  it('of a forged event is not that of the real one', () => {
    const headers = { 'x-github-delivery': 'a' };
    const real = key(headers, 'c', signed('ab'));
    expect(key(headers, 'c')).not.toBe(real);
    expect(key(headers, 'c', signed('cd'))).not.toBe(real);
    expect(key(headers, 'c', signed('ab'), 'another body')).not.toBe(real);
    expect(key(headers, 'c', { kind: 'token', digest: 'ab' })).not.toBe(
      key(headers, 'c', { kind: 'token', digest: 'cd' }),
    );
    expect(key(headers, 'c', { kind: 'unreadable', header: 'X-Hub-Signature' })).not.toBe(key(headers, 'c'));
  });

  it('stays short however long the ids are', () => {
    const long = key({ 'x-github-delivery': 'd'.repeat(5_000) });
    expect(long?.length).toBeLessThan(100);
    expect(key({ 'x-github-delivery': `${'d'.repeat(5_000)}e` })).not.toBe(long);
  });
});
