import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/**
 * The address that a request comes from. What a proxy on this machine, such as deck, says in `x-forwarded-for` is
 * believed: of these the last that is not this machine, since whoever calls can write what stands before it.
 */
export function callerAddress(headers: IncomingHttpHeaders, peer: string | undefined): string {
  if (peer !== undefined && !LOOPBACK.test(peer)) return peer;
  const said = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const from = said.map((address) => address.trim()).findLast((address) => address !== '' && !LOOPBACK.test(address));
  return from ?? peer ?? '';
}
