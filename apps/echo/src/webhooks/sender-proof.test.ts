import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readProof, senderProof } from './sender-proof.ts';

const KEY = 'the key of this system';
/** Does what the headers show hold for this body under this secret? */
function holds(headers: Record<string, string>, body: string, secret: string): boolean {
  const proof = readProof(headers, KEY);
  return senderProof(proof, Buffer.from(body), KEY, new Map()).madeWith(secret);
}
const hmac = (algorithm: string, secret: string, body: string): string =>
  createHmac(algorithm, secret).update(body).digest('hex');

describe('a signature', () => {
  // The example of GitHub's documentation.
  const secret = "It's a Secret to Everybody";
  const body = 'Hello, World!';
  const documented = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  it('of GitHub holds as documented, and for no other byte', () => {
    expect(holds({ 'x-hub-signature-256': documented }, body, secret)).toBe(true);
    expect(holds({ 'x-hub-signature-256': documented.toUpperCase().replace('SHA256', 'sha256') }, body, secret)).toBe(
      true,
    );
    expect(holds({ 'x-hub-signature-256': documented }, 'Hello, World?', secret)).toBe(false);
    expect(holds({ 'x-hub-signature-256': documented.replace(/7$/, '8') }, body, secret)).toBe(false);
    expect(holds({ 'x-hub-signature-256': documented }, body, 'another')).toBe(false);
  });

  it('holds over the bytes as they came, whatever JSON they are', () => {
    const spaced = '{ "a" : 1.0 ,\n"a": 2 }';
    const headers = { 'x-hub-signature-256': `sha256=${hmac('sha256', 's', spaced)}` };
    expect(holds(headers, spaced, 's')).toBe(true);
    expect(holds(headers, JSON.stringify(JSON.parse(spaced)), 's')).toBe(false);
  });

  it('may be SHA-1 in the older header, and is SHA-256 there from Bitbucket', () => {
    expect(holds({ 'x-hub-signature': `sha1=${hmac('sha1', 's', body)}` }, body, 's')).toBe(true);
    expect(holds({ 'x-hub-signature': `sha256=${hmac('sha256', 's', body)}` }, body, 's')).toBe(true);
    expect(holds({ 'x-hub-signature-256': `sha1=${hmac('sha1', 's', body)}` }, body, 's')).toBe(false);
  });

  it('that is wrong is not made good by a weaker one that is right', () => {
    const headers = {
      'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
      'x-hub-signature': `sha1=${hmac('sha1', 's', body)}`,
    };
    expect(holds(headers, body, 's')).toBe(false);
  });

  it.each(['', 'sha256=', 'sha256=xyz', 'md5=d41d8cd98f00b204e9800998ecf8427e', 'sha256', '=', 'sha256=00'])(
    'that is none, such as "%s", holds under no secret',
    (value) => {
      expect(holds({ 'x-hub-signature-256': value }, body, secret)).toBe(false);
      expect(holds({ 'x-hub-signature-256': value }, body, '')).toBe(false);
    },
  );

  it('of Nexus is a bare SHA-1', () => {
    const headers = { 'x-nexus-webhook-signature': hmac('sha1', 's', body) };
    expect(holds(headers, body, 's')).toBe(true);
    expect(holds(headers, `${body} `, 's')).toBe(false);
  });
});

describe('a token', () => {
  it('of GitLab is the secret itself', () => {
    expect(holds({ 'x-gitlab-token': 's3cret' }, '{}', 's3cret')).toBe(true);
    expect(holds({ 'x-gitlab-token': 's3creT' }, '{}', 's3cret')).toBe(false);
    expect(holds({ 'x-gitlab-token': '' }, '{}', '')).toBe(false);
  });

  it('of Artifactory is the secret, or signs the body', () => {
    expect(holds({ 'x-jfrog-event-auth': 's' }, '{}', 's')).toBe(true);
    expect(holds({ 'x-jfrog-event-auth': hmac('sha256', 's', '{}') }, '{}', 's')).toBe(true);
    expect(holds({ 'x-jfrog-event-auth': hmac('sha256', 's', '{}') }, '{ }', 's')).toBe(false);
  });

  it('is kept in a form that does not tell it', () => {
    expect(JSON.stringify(readProof({ 'x-gitlab-token': 's3cret' }, KEY))).not.toContain('s3cret');
    expect(JSON.stringify(readProof({ 'x-jfrog-event-auth': 's3cret' }, KEY))).not.toContain('s3cret');
  });
});

it('no header at all proves nothing, and says so', () => {
  expect(readProof({ 'user-agent': 'curl' }, KEY)).toBeUndefined();
  const proof = senderProof(undefined, new Uint8Array(), KEY, new Map([['git', 's']]));
  expect(proof.given).toBe(false);
  expect(proof.madeWith('s')).toBe(false);
  expect(proof.secretNamed('git')).toBe('s');
});
