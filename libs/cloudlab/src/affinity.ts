import { createHash } from 'node:crypto';
import type { Affinity } from './data-plane.ts';

/** A connection as affinity sees it. */
export interface Flow {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly address: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** What affinity asks of the choice of an instance. */
export interface Preference {
  /** Text that is hashed to the instance. */
  readonly hash?: string | undefined;
  /** Token of the instance that served the client before. */
  readonly token?: string | undefined;
  /** A `Set-Cookie` value to give with the answer, once the instance is known. */
  readonly cookie?: ((token: string) => string) | undefined;
}

/** What a connection's affinity asks for; without a flow's hash any instance will do. */
export function flowPreference(affinity: Affinity, flow: Flow): Preference {
  const { clientAddress, clientPort, address, port, protocol } = flow;
  switch (affinity.kind) {
    case 'CLIENT_IP_NO_DESTINATION':
      return { hash: clientAddress };
    case 'CLIENT_IP':
      return { hash: `${clientAddress} ${address}` };
    case 'CLIENT_IP_PROTO':
      return { hash: `${clientAddress} ${address} ${protocol}` };
    case 'CLIENT_IP_PORT_PROTO':
      return { hash: `${clientAddress} ${clientPort} ${address} ${port} ${protocol}` };
    default:
      return {};
  }
}

/**
 * What a request's affinity asks for.
 * @param fresh makes the value of a new cookie
 */
export function requestPreference(
  affinity: Affinity,
  flow: Flow,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  fresh: () => string,
): Preference {
  switch (affinity.kind) {
    case 'GENERATED_COOKIE': {
      const token = cookieOf(headers['cookie'], affinity.cookie);
      const age = affinity.ttlSec > 0 ? `; Max-Age=${affinity.ttlSec}` : '';
      return { token, cookie: (chosen) => `${affinity.cookie}="${chosen}"${age}; Path=/; HttpOnly` };
    }
    case 'HTTP_COOKIE': {
      const known = cookieOf(headers['cookie'], affinity.cookie);
      if (known !== undefined) return { hash: known };
      if (affinity.ttlSec === undefined) return {};
      const hash = fresh();
      const age = affinity.ttlSec > 0 ? `; Max-Age=${affinity.ttlSec}` : '';
      return { hash, cookie: () => `${affinity.cookie}="${hash}"${age}; Path=${affinity.path}; HttpOnly` };
    }
    case 'HEADER_FIELD': {
      const value = headers[affinity.header.toLowerCase()];
      return value === undefined ? {} : { hash: String(value) };
    }
    default:
      return flowPreference(affinity, flow);
  }
}

/** Short name of an instance that says nothing about it: what a generated cookie carries. */
export function tokenOf(instance: string): string {
  let token = tokens.get(instance);
  if (token === undefined) {
    token = createHash('sha256').update(instance).digest('hex').slice(0, 16);
    if (tokens.size > TOKENS_KEPT) tokens.clear();
    tokens.set(instance, token);
  }
  return token;
}

const TOKENS_KEPT = 10_000;
const tokens = new Map<string, string>();

function cookieOf(header: string | readonly string[] | undefined, name: string): string | undefined {
  for (const part of String(header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) {
      const value = part.slice(at + 1).trim();
      return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    }
  }
  return undefined;
}

/**
 * Rendezvous hashing by weight: of all candidates the one with the highest score is chosen, so that a candidate that
 * comes or goes moves only its own share.
 * @returns a score that grows with the weight; compare scores of one key
 */
export function rendezvousScore(key: string, candidate: string, weight: number): number {
  // In (0, 1): never 0, whose logarithm has no use.
  const uniform = (hash32(`${key} ${candidate}`) + 0.5) / 4_294_967_296;
  return -weight / Math.log(uniform);
}

/** FNV-1a with the finish of MurmurHash3, so that neighbouring texts fall far apart. */
function hash32(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01_00_01_93);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85_eb_ca_6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2_b2_ae_35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}
