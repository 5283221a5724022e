import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '@gennaker/contracts/error';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Only this system's own pages and programs may call: the Host must be a loopback name or one of `publicUrls` (which
 * stops DNS rebinding), and an Origin, when a browser sends one, too.
 * @throws ServiceError 403
 */
export function checkOrigin(headers: IncomingHttpHeaders, publicUrls: readonly string[] = []): void {
  const hosts = new Set(publicUrls.map((url) => new URL(url).host));
  const host = headers.host ?? '';
  if (!LOOPBACK.test(host) && !hosts.has(host.toLowerCase()))
    throw new ServiceError(403, `Host "${host}" is not this machine`, {
      fix: 'call http://127.0.0.1 or http://localhost, or set up authentication and name this address in publicUrls',
    });
  const { origin } = headers;
  if (origin === undefined) return;
  if (!URL.canParse(origin) || !(LOOPBACK.test(new URL(origin).host) || isPublic(origin, publicUrls)))
    throw new ServiceError(403, `Pages of ${origin} may not call this service`, {
      fix: 'use the deck that this system serves',
    });
}

/** Is this origin one of the addresses under which people reach this system? */
export function isPublic(origin: string, publicUrls: readonly string[]): boolean {
  return publicUrls.some((url) => new URL(url).origin === origin);
}
