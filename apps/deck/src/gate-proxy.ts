import { request as open } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** Headers that belong to one connection and are never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'origin',
]);

function passedOn(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !HOP_BY_HOP.has(name)) kept[name] = value;
  return kept;
}

/**
 * Passes a request under /gate on to gate, byte by byte in both directions, so that event streams arrive as they are
 * sent. The caller has checked Host and Origin; gate gets its own host. When gate cannot be reached: 502 with the fix.
 */
export function proxyToGate(request: IncomingMessage, response: ServerResponse, gate: string): Promise<void> {
  const target = new URL(gate + (request.url ?? '/gate').slice('/gate'.length).replace(/^(?=\?|$)/, '/'));
  return new Promise((resolve) => {
    response.once('close', resolve);
    const upstream = open(
      target,
      {
        method: request.method,
        headers: {
          ...passedOn(request.headers),
          host: target.host,
          'x-ratelimit-app': 'deck',
          // Gate counts failed log-ins by the address that they come from.
          'x-forwarded-for': [request.headers['x-forwarded-for'] ?? [], request.socket.remoteAddress ?? []]
            .flat()
            .join(', '),
        },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
        response.flushHeaders();
        answer.pipe(response);
        answer.once('error', () => response.destroy());
      },
    );
    upstream.setNoDelay(true);
    upstream.once('error', (error) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(502, { 'content-type': 'application/json; charset=utf-8' });
      response.end(
        JSON.stringify({
          timestamp: Date.now(),
          status: 502,
          error: 'Bad Gateway',
          message: `Gate does not answer at ${gate} (${error.message}).`,
          fix: 'Wait a moment: gate may be restarting. If it stays away, look into its log.',
        }),
      );
    });
    // A reader that leaves ends its stream at gate too.
    response.once('close', () => upstream.destroy());
    request.pipe(upstream);
  });
}
