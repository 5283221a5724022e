import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SenderProof } from '@gennaker/extension-sdk/trigger';
import { z } from 'zod';

/**
 * What a sender showed, as it is kept: the signature of the body, or its token hashed with the system's key. Neither lets
 * anybody who reads it make another.
 */
export const proofSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('signature'), algorithm: z.enum(['sha256', 'sha1']), digest: z.string() }),
  z.object({ kind: z.literal('token'), digest: z.string(), signature: z.string().optional() }),
  z.object({ kind: z.literal('unreadable'), header: z.string() }),
]);
export type Proof = z.infer<typeof proofSchema>;

const HEX_LENGTH = { sha256: 64, sha1: 40 } as const;
const isHex = (text: string, algorithm: 'sha256' | 'sha1'): boolean =>
  text.length === HEX_LENGTH[algorithm] && /^[0-9a-f]+$/i.test(text);

/** `algorithm=hex`, as GitHub and Bitbucket write it. */
function prefixed(header: string, value: string, algorithms: readonly ('sha256' | 'sha1')[]): Proof {
  const [name = '', digest = ''] = value.trim().split('=', 2);
  const algorithm = algorithms.find((each) => each === name.toLowerCase());
  return algorithm && isHex(digest, algorithm)
    ? { kind: 'signature', algorithm, digest: digest.toLowerCase() }
    : { kind: 'unreadable', header };
}

/** Headers that hold a proof, the strongest first: a sender that sends two is judged by the stronger one. */
const READERS: Readonly<Record<string, (value: string, key: string) => Proof>> = {
  'x-hub-signature-256': (value) => prefixed('X-Hub-Signature-256', value, ['sha256']),
  'x-hub-signature': (value) => prefixed('X-Hub-Signature', value, ['sha256', 'sha1']),
  'x-nexus-webhook-signature': (value) => prefixed('X-Nexus-Webhook-Signature', `sha1=${value.trim()}`, ['sha1']),
  'x-gitlab-token': (value, key) => ({ kind: 'token', digest: hashed(value, key) }),
  // JFrog sends the secret itself, or, where payloads are signed, the hex of their HMAC-SHA-256.
  'x-jfrog-event-auth': (value, key) => ({
    kind: 'token',
    digest: hashed(value, key),
    ...(isHex(value.trim(), 'sha256') ? { signature: value.trim().toLowerCase() } : {}),
  }),
};

/** Names of headers that are secret or prove something: kept as a proof only, never as they came. */
export const PROOF_HEADERS: readonly string[] = Object.keys(READERS);

function hashed(token: string, key: string): string {
  return createHmac('sha256', key).update(token).digest('hex');
}

/** What the headers of a webhook prove; undefined when they hold no signature and no token. `key` is the system's. */
export function readProof(headers: Readonly<Record<string, string>>, key: string): Proof | undefined {
  for (const [name, read] of Object.entries(READERS)) {
    const value = headers[name];
    if (value !== undefined) return read(value, key);
  }
  return undefined;
}

/** Takes equally long wherever two hex texts differ. */
function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * A kept proof as triggers judge it.
 * @param raw the exact bytes of the body
 * @param key the system's key, as when the proof was read
 * @param secrets the secrets of the configuration, by name
 */
export function senderProof(
  proof: Proof | undefined,
  raw: Uint8Array,
  key: string,
  secrets: ReadonlyMap<string, string>,
): SenderProof {
  const signed = (algorithm: 'sha256' | 'sha1', secret: string): string =>
    createHmac(algorithm, secret).update(raw).digest('hex');
  return {
    given: proof !== undefined,
    secretNamed: (name) => secrets.get(name),
    madeWith(secret) {
      if (!proof || proof.kind === 'unreadable' || secret === '') return false;
      if (proof.kind === 'signature') return equal(proof.digest, signed(proof.algorithm, secret));
      const isToken = equal(proof.digest, hashed(secret, key));
      return isToken || (proof.signature !== undefined && equal(proof.signature, signed('sha256', secret)));
    },
  };
}
