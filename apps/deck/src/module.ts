import type { AppDefinition } from '@gennaker/service/app';
import { logger } from '@gennaker/service/log';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { proxyToGate } from './gate-proxy.ts';
import { refusal, securityHeaders } from './guard.ts';
import { serveFile } from './static-files.ts';

/** Folder that `vite build` fills. */
const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * Deck: the browser's side of the platform, and gate under the same origin. Listens on the loopback address, or on
 * `host` of gennaker.yml; gate, which decides who is let in, refuses to start there while authentication is off.
 */
export const app: AppDefinition = {
  name: 'deck',
  async start(config) {
    const log = logger('deck');
    const gate = (config.urls.gate.split(',')[0] ?? '').replace(/\/+$/, '');
    const { host = config.host, publicUrls } = config.file;
    const server = createServer((request, response) => {
      answer(request, response, { gate, dist: DIST, ports: [config.ports.deck], publicUrls }).catch(
        (error: unknown) => {
          log.error({ err: error, url: request.url }, 'could not answer');
          if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
          response.end('Deck could not answer; its log says why.\n');
        },
      );
    });
    // Event streams stay open for as long as a page does.
    server.requestTimeout = 0;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(config.ports.deck, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return {
      async stop() {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        await closed;
      },
    };
  },
};

/** What an answer depends on: gate's address, the built files, the ports and public addresses under which a browser may reach us. */
export interface DeckSite {
  readonly gate: string;
  readonly dist: string;
  readonly ports: readonly number[];
  readonly publicUrls: readonly string[];
}

/** Answers one request: /gate/* goes to gate, everything else is a built file or the page itself. */
export async function answer(request: IncomingMessage, response: ServerResponse, site: DeckSite): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders())) response.setHeader(name, value);
  const refused = refusal(request.headers, site.ports, site.publicUrls);
  if (refused) {
    response.writeHead(403, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify({ timestamp: Date.now(), status: 403, error: 'Forbidden', message: refused }));
    return;
  }
  const url = request.url ?? '/';
  if (url === '/health') {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    response.end('{"status":"UP"}');
    return;
  }
  if (url === '/gate' || url.startsWith('/gate/') || url.startsWith('/gate?'))
    return proxyToGate(request, response, site.gate);
  await serveFile(request, response, site.dist);
}
