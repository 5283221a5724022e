import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Identity, identitySchema } from '@gennaker/contracts/people';
import { z } from 'zod';

/** Header that carries a caller's identity from one service to another. */
export const IDENTITY_HEADER = 'x-gennaker-identity';
/** How long a signed identity is believed, ms: long enough for a call with its retries, too short to be worth stealing. */
const LIFETIME_MS = 2 * 60_000;
/** Clocks of two machines may differ by this much, ms. */
const SKEW_MS = 30_000;

const claimsSchema = z.object({ identity: identitySchema, at: z.number() });

/** A key for a system that was given none: its processes are one, or trust nobody. */
export function randomIdentityKey(): string {
  return randomBytes(32).toString('base64url');
}

/** Signs an identity (HMAC-SHA-256 over the JSON of identity and time, epoch ms): `payload.signature`, both base64url. */
export function signIdentity(identity: Identity, key: string, now: number): string {
  const payload = Buffer.from(JSON.stringify({ identity, at: now })).toString('base64url');
  return `${payload}.${signature(payload, key)}`;
}

/** The identity that a service signed with this key within the last two minutes; undefined for anything else. */
export function verifyIdentity(text: string, key: string, now: number): Identity | undefined {
  const [payload = '', given = '', more] = text.split('.');
  const wanted = Buffer.from(signature(payload, key));
  const bytes = Buffer.from(given);
  if (more !== undefined || bytes.length !== wanted.length || !timingSafeEqual(bytes, wanted)) return undefined;
  const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (!claims.success) return undefined;
  const age = now - claims.data.at;
  return age > LIFETIME_MS || age < -SKEW_MS ? undefined : claims.data.identity;
}

function signature(payload: string, key: string): string {
  return createHmac('sha256', key).update(payload).digest('base64url');
}

/** A service on its own behalf, such as echo that reads every pipeline: it is the system, and bound by no permissions. */
export function ownIdentity(service: string): Identity {
  return { user: 'anonymous', roles: [], admin: true, via: 'service', service };
}
