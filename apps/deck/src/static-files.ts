import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

/**
 * Serves a built file. Files under /assets carry their content's hash in the name and are kept for a year; the page
 * is asked for again each time. Any other path without a dot in its last part is a page of the application.
 */
export async function serveFile(request: IncomingMessage, response: ServerResponse, dist: string): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain; charset=utf-8' });
    response.end('Only GET here; the API is under /gate.\n');
    return;
  }
  const path = pathOf(request.url ?? '/');
  const file = path === undefined ? undefined : normalize(join(dist, path));
  if (file === undefined || !file.startsWith(dist.endsWith(sep) ? dist : dist + sep))
    return page(request, response, dist);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) {
    if (path?.startsWith('/assets/')) return missing(response);
    return page(request, response, dist);
  }
  if (file.endsWith(`${sep}index.html`)) return page(request, response, dist);
  const forever = path?.startsWith('/assets/') === true;
  const tag = `"${found.size.toString(36)}-${Math.floor(found.mtimeMs).toString(36)}"`;
  const cache = forever ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304, { etag: tag, 'cache-control': cache }).end();
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    'cache-control': cache,
    etag: tag,
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  createReadStream(file).pipe(response);
}

function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, 'http://deck').pathname);
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

function missing(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end('No such file in this build; reload the page.\n');
}

async function page(request: IncomingMessage, response: ServerResponse, dist: string): Promise<void> {
  const html = await readFile(join(dist, 'index.html')).catch(() => undefined);
  if (!html) {
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5' });
    response.end('Deck is not built yet. Run "npm start", which builds it, or "npx vite build apps/deck".\n');
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': html.byteLength,
    'cache-control': 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : html);
}
