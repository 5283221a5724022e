import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer } from './module.ts';

const PUBLIC = 'https://deploy.example.org';
let dist: string;
let gate: Server;
let deck: Server;
let base: string;
let ended: Promise<void>;

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

beforeAll(async () => {
  dist = `${await mkdtemp(join(tmpdir(), 'gennaker-deck-'))}/`;
  await mkdir(join(dist, 'assets'));
  await writeFile(join(dist, 'index.html'), '<!doctype html><title>Deck</title>');
  await writeFile(join(dist, 'assets/app-1a2b.js'), 'export {};');
  let streamEnded: () => void = () => {};
  ended = new Promise((resolve) => (streamEnded = resolve));
  gate = createServer((request, response) => {
    if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      response.once('close', streamEnded);
      return;
    }
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      response.writeHead(202, { 'content-type': 'application/json', 'set-cookie': ['SESSION=new', 'other=1'] });
      response.end(
        JSON.stringify({
          method: request.method,
          url: request.url,
          body,
          origin: request.headers.origin ?? null,
          host: request.headers.host,
          from: request.headers['x-forwarded-for'],
          cookie: request.headers.cookie,
        }),
      );
    });
  });
  const gatePort = await listen(gate);
  const ports: number[] = [];
  deck = createServer(
    (request, response) =>
      void answer(request, response, { gate: `http://127.0.0.1:${gatePort}`, dist, ports, publicUrls: [PUBLIC] }),
  );
  const port = await listen(deck);
  ports.push(port);
  base = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  deck.closeAllConnections();
  gate.closeAllConnections();
  deck.close();
  gate.close();
  await rm(dist, { recursive: true, force: true });
});

describe('files', () => {
  it('are kept for a year when their name carries their hash', async () => {
    const file = await fetch(`${base}/assets/app-1a2b.js`);
    expect(file.headers.get('cache-control')).toContain('immutable');
    expect(file.headers.get('content-type')).toContain('javascript');
    const again = await fetch(`${base}/assets/app-1a2b.js`, {
      headers: { 'if-none-match': file.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  it('of an older build are missing, and not the page', async () => {
    expect((await fetch(`${base}/assets/app-0000.js`)).status).toBe(404);
  });

  it.each(['/', '/applications/hello/executions', '/applications/my.app/clusters'])(
    '%s is the page, asked for anew each time',
    async (path) => {
      const page = await fetch(base + path);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('Deck');
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  it('outside the build cannot be reached', async () => {
    const answered = await fetch(`${base}/..%2f..%2f..%2f..%2fetc%2fpasswd`);
    expect(await answered.text()).toContain('Deck');
  });
});

describe('gate', () => {
  it('gets method, path, query and body as they are, under its own host', async () => {
    const answered = await fetch(`${base}/gate/pipelines/a/b%20c?x=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: base },
      body: '{"a":1}',
    });
    expect(answered.status).toBe(202);
    expect(await answered.json()).toMatchObject({
      method: 'POST',
      url: '/pipelines/a/b%20c?x=1',
      body: '{"a":1}',
      origin: null,
    });
  });

  it('gets the session, and where the browser is; what it sets arrives', async () => {
    const answered = await fetch(`${base}/gate/auth/login`, {
      headers: { cookie: 'SESSION=old', 'x-forwarded-for': '10.0.0.9' },
    });
    expect(await answered.json()).toMatchObject({ cookie: 'SESSION=old', from: '10.0.0.9, 127.0.0.1' });
    expect(answered.headers.getSetCookie()).toEqual(['SESSION=new', 'other=1']);
  });

  it('streams events as they are sent, and hears when the reader leaves', async () => {
    const stop = new AbortController();
    const stream = await fetch(`${base}/gate/events`, { signal: stop.signal });
    const first = await stream.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n');
    stop.abort();
    await ended;
  });

  it('that is away is said so, with what to do', async () => {
    const lonely = createServer(
      (request, response) =>
        void answer(request, response, { gate: 'http://127.0.0.1:9', dist, ports: [port], publicUrls: [] }),
    );
    const port: number = await listen(lonely);
    const answered = await fetch(`http://127.0.0.1:${port}/gate/applications`);
    expect(answered.status).toBe(502);
    expect(await answered.json()).toMatchObject({
      status: 502,
      message: expect.stringContaining('Gate does not answer'),
      fix: expect.any(String),
    });
    lonely.close();
  });
});

describe('strangers', () => {
  it.each([
    ['another origin', { origin: 'http://evil.example' }],
    ['a page without origin', { origin: 'null' }],
  ])('from %s are refused', async (_who, headers) => {
    expect((await fetch(`${base}/gate/applications`, { headers })).status).toBe(403);
  });

  it.each([
    ['deploy.example.org', undefined, 200],
    ['deploy.example.org', PUBLIC, 200],
    ['deploy.example.org', 'http://deploy.example.org', 403],
    ['deploy.example.org', 'https://evil.example', 403],
    ['evil.example', undefined, 403],
  ])('are told by Host and Origin from those who use a public address: %s, %s', async (host, origin, status) => {
    // Fetch sends no Host of one's own.
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host, ...(origin === undefined ? {} : { origin }) };
      get(`${base}/`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once('error', reject);
    });
    expect(answered).toBe(status);
  });
});
