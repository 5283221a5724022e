import type { IncomingHttpHeaders } from 'node:http';

/** Names under which a loopback service may be addressed. */
const OWN_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Why a request is refused, or undefined when it is not: its Host, and its Origin if it has one, must be ours or one of
 * `publicUrls`, so that no other site can reach this service through somebody's browser (DNS rebinding, cross-site requests).
 */
export function refusal(
  headers: IncomingHttpHeaders,
  ports: readonly number[],
  publicUrls: readonly string[] = [],
): string | undefined {
  const own = OWN_NAMES.flatMap((name) => ports.map((port) => `${name}:${port}`));
  const known = publicUrls.map((url) => new URL(url));
  const host = headers.host?.toLowerCase() ?? '';
  if (!own.includes(host) && !known.some((url) => url.host === host))
    return `The host "${host}" is not this service; open it as ${known[0]?.origin ?? `http://${own[0]}`}/, or name its address in publicUrls of gennaker.yml.`;
  const origin = headers.origin?.toLowerCase();
  if (origin === undefined) return undefined;
  const ours = own.some((name) => origin === `http://${name}`) || known.some((url) => url.origin === origin);
  return ours ? undefined : `Requests from "${headers.origin}" are not accepted.`;
}

/** Headers of every answer. Styles are inline where React sets them; nothing else may come from outside. */
export function securityHeaders(): Readonly<Record<string, string>> {
  return {
    'content-security-policy':
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  };
}
