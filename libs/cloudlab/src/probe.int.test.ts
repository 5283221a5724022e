import { createServer as createHttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { HOST, freePort, serving } from './data-plane.fixture.ts';
import { ONE } from './named-certificates.fixture.ts';
import { probe } from './probe.ts';
import type { Probe, ProbeResult } from './runtime.ts';

const tls = { cert: ONE.certificate, key: ONE.privateKey };

function ask(type: Probe['type'], port: number, more: Partial<Probe> = {}): Promise<ProbeResult> {
  return probe({
    type,
    address: HOST,
    port,
    path: '/health',
    host: undefined,
    response: undefined,
    timeoutMs: 10_000,
    ...more,
  });
}

describe('a health check asks', () => {
  test('over HTTP, HTTPS and HTTP/2 for a 200 with the expected beginning', async () => {
    const servers = {
      HTTP: createHttpServer((incoming, answer) => answer.end(`fine ${incoming.url ?? ''}`)),
      HTTPS: createHttpsServer(tls, (incoming, answer) => answer.end(`fine ${incoming.url ?? ''}`)),
      HTTP2: createSecureServer(tls, (incoming, answer) => void answer.end(`fine ${incoming.url}`)),
    };
    for (const type of ['HTTP', 'HTTPS', 'HTTP2'] as const) {
      const { port } = await serving(type, servers[type]);
      expect(await ask(type, port, { response: 'fine /health' })).toEqual({
        ok: true,
        reason: 'GET /health answered 200.',
      });
      expect(await ask(type, port, { response: 'other' })).toMatchObject({ ok: false });
    }
  });

  test('and takes any other status for unhealthy', async () => {
    const { port } = await serving(
      'sick',
      createHttpServer((_incoming, answer) => answer.writeHead(503).end()),
    );
    expect(await ask('HTTP', port)).toEqual({ ok: false, reason: 'GET /health answered 503; 200 is healthy.' });
  });

  test('over TCP and SSL for a connection, or for the expected answer to a text', async () => {
    const echo = { TCP: createServer((socket) => socket.pipe(socket)), SSL: createTlsServer(tls, (s) => s.pipe(s)) };
    for (const type of ['TCP', 'SSL'] as const) {
      const { port } = await serving(type, echo[type]);
      expect((await ask(type, port)).ok).toBe(true);
      expect((await ask(type, port, { request: 'ping', response: 'pi' })).ok).toBe(true);
      expect((await ask(type, port, { request: 'ping', response: 'pong' })).ok).toBe(false);
      expect((await ask(type, port, { response: 'hello', timeoutMs: 300 })).reason).toContain('within 300 ms');
    }
    expect((await ask('TCP', await freePort())).reason).toContain('Nothing listens at');
    const { port } = await serving(
      'plain',
      createServer((socket) => socket.end('no TLS')),
    );
    expect((await ask('SSL', port)).ok).toBe(false);
  });

  test('behind a PROXY line where it is wanted', async () => {
    const { port } = await serving(
      'a',
      createServer((socket) => socket.once('data', (data) => socket.end(data))),
    );
    expect((await ask('TCP', port, { proxyHeader: true, response: `PROXY TCP4 127.0.0.1 ${HOST} ` })).ok).toBe(true);
    const http = await serving(
      'h',
      createServer((socket) =>
        socket.once('data', (data) =>
          socket.end(data.toString().startsWith('PROXY ') ? 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' : ''),
        ),
      ),
    );
    expect((await ask('HTTP', http.port, { proxyHeader: true })).ok).toBe(true);
  });
});
