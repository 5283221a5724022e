import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '@gennaker/contracts/error';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Without authentication, only this machine's own pages and programs may call: the Host must be a loopback name
 * (which stops DNS rebinding) and an Origin, when a browser sends one, too.
 * @throws ServiceError 403
 */
export function checkOrigin(headers: IncomingHttpHeaders): void {
  const host = headers.host ?? '';
  if (!LOOPBACK.test(host))
    throw new ServiceError(403, `Host "${host}" is not this machine`, {
      fix: 'call http://127.0.0.1 or http://localhost, or set up authentication',
    });
  const origin = headers.origin;
  if (origin === undefined) return;
  if (!URL.canParse(origin) || !LOOPBACK.test(new URL(origin).host))
    throw new ServiceError(403, `Pages of ${origin} may not call this service`, {
      fix: 'use the deck that this system serves',
    });
}
