import { once } from 'node:events';
import { Agent, createServer, get, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as TlsAgent, createServer as createTlsServer, get as getTls } from 'node:https';
import { connect, createServer as createPlainServer } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { groupOf, serviceOf, shares } from './balancer.fixture.ts';
import { systemClock } from './clock.ts';
import {
  BS,
  HOST,
  RULE,
  balancer,
  freePort,
  httpFront as front,
  httpInstance,
  listener,
  opened,
  serving,
} from './data-plane.fixture.ts';
import type { TlsCertificate } from './data-plane.ts';
import { ONE, TWO, WEAK } from './named-certificates.fixture.ts';
import { socketDataPlane } from './socket-data-plane.ts';

/** Says its name, and what it was sent. */
const hello = (name: string) =>
  httpInstance(name, (incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      answer.setHeader('x-instance', name);
      answer.end(
        JSON.stringify({ url: incoming.url, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
  });

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

async function read(answer: IncomingMessage): Promise<Reply> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return { status: answer.statusCode, headers: answer.headers, text };
}

async function ask(port: number, options: object = {}, body?: string): Promise<Reply> {
  const question = request({ host: HOST, port, agent: false, ...options });
  question.end(body);
  const [answer] = (await once(question, 'response')) as [IncomingMessage];
  return read(answer);
}

describe('an HTTP listener', () => {
  test('balances request by request over one kept connection, and counts them', async () => {
    const { plane, port, apply } = await balancer({ front: front() });
    const targets = [await hello('a'), await hello('b')];
    await apply([serviceOf([groupOf('g', targets)], { service: BS })]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    opened({ close: () => agent.destroy() });
    const names: (string | undefined)[] = [];
    for (let i = 0; i < 10; i++) names.push(String((await ask(port, { agent })).headers['x-instance']));
    expect(shares(names)).toEqual(new Map([...shares(['a', 'b'])]));
    const { forwardingRules, instances } = plane.counters();
    expect(forwardingRules[RULE]).toMatchObject({ connections: 1, active: 0, requests: 10, refused: 0 });
    expect(forwardingRules[RULE]?.responses['2xx']).toBe(10);
    expect(forwardingRules[RULE]?.latency.reduce((sum, each) => sum + each, 0)).toBe(10);
    expect(instances['a']).toMatchObject({ connections: 1, requests: 5 });
    expect(instances['a']?.bytesOut).toBeGreaterThan(500);
  });

  test('says who asked, and carries bodies both ways', async () => {
    const { port, apply } = await balancer({ front: front() });
    await apply([serviceOf([groupOf('g', [await hello('a')])], { service: BS })]);
    const { headers, text } = await ask(
      port,
      { method: 'POST', path: '/x?y=1', localAddress: '127.0.0.5', headers: { host: 'example.com' } },
      'a body',
    );
    expect(headers['via']).toBe('1.1 google');
    expect(JSON.parse(text)).toMatchObject({
      url: '/x?y=1',
      body: 'a body',
      headers: {
        host: 'example.com',
        'x-forwarded-for': `127.0.0.5,${HOST}`,
        'x-forwarded-proto': 'http',
        via: '1.1 google',
      },
    });
  });

  test('follows the URL map: hosts, paths, redirects', async () => {
    const other = 'projects/p/global/backendServices/other';
    const map = {
      defaultService: BS,
      hostRules: [{ hosts: ['shop'], pathMatcher: 'm' }],
      pathMatchers: [
        {
          name: 'm',
          defaultService: BS,
          pathRules: [
            { paths: ['/api/*'], service: other },
            { paths: ['/old'], urlRedirect: { pathRedirect: '/new' } },
          ],
        },
      ],
    };
    const { port, apply } = await balancer({ front: front(map) });
    await apply([
      serviceOf([groupOf('g', [await hello('a')])], { service: BS }),
      serviceOf([groupOf('h', [await hello('b')])], { service: other }),
    ]);
    const headers = { host: 'shop' };
    expect((await ask(port, { path: '/api/x' })).headers['x-instance']).toBe('a');
    expect((await ask(port, { path: '/api/x', headers })).headers['x-instance']).toBe('b');
    expect(await ask(port, { path: '/old', headers })).toMatchObject({
      status: 301,
      headers: { location: 'http://shop/new' },
    });
  });

  test('answers 502 itself when no instance can, 503 when it is an Envoy-based one, and says why', async () => {
    const { plane, port, apply } = await balancer({ front: front() });
    await apply([serviceOf([], { service: BS })]);
    expect(await ask(port)).toMatchObject({ status: 502, text: expect.stringContaining('none is healthy') });
    const dead = { instance: 'dead', address: HOST, port: await freePort(), accepts: true };
    await apply([serviceOf([groupOf('g', [dead])], { service: BS })]);
    expect(await ask(port)).toMatchObject({ status: 502, text: expect.stringContaining('did not accept') });
    expect(plane.counters().forwardingRules[RULE]).toMatchObject({ refused: 2, failedConnects: 1, requests: 2 });
    const managed = await balancer({ front: front(undefined, { managed: true }) });
    await managed.apply([serviceOf([], { service: BS })]);
    expect((await ask(managed.port)).status).toBe(503);
  });

  test('a timeout is 502, in an Envoy-based one 504; half an answer is broken off, never ended', async () => {
    const silent = await httpInstance('silent', () => undefined);
    const half = await httpInstance('half', (_incoming, answer) => {
      answer.writeHead(200, { 'content-length': 100 }).write('half');
      setTimeout(() => answer.destroy(), 20);
    });
    const { plane, port, apply } = await balancer({ front: front(undefined, { managed: true }) });
    await apply([serviceOf([groupOf('g', [silent])], { service: BS, timeoutMs: 50 })]);
    expect((await ask(port)).status).toBe(504);
    await apply([serviceOf([groupOf('g', [half])], { service: BS })]);
    await expect(ask(port)).rejects.toThrow('aborted');
    expect(plane.counters().instances['silent']?.failures.timedOut).toBe(1);
    expect(plane.counters().instances['half']?.failures.brokenOff).toBe(1);
  });

  test.each([
    ['a status below 100', 'HTTP/1.1 042 Odd'],
    ['a control character beside the status', 'HTTP/1.1 200 O\u0001K'],
  ])('%s is 502, and the listener goes on', async (_, statusLine) => {
    const odd = await serving(
      'odd',
      createPlainServer((socket) => socket.end(`${statusLine}\r\nContent-Length: 2\r\n\r\nok`)),
    );
    const { plane, port, apply } = await balancer({ front: front() });
    await apply([serviceOf([groupOf('g', [odd])], { service: BS })]);
    expect(await ask(port)).toMatchObject({ status: 502, text: expect.stringContaining('status line') });
    expect(plane.counters().instances['odd']?.failures.brokenOff).toBe(1);
    await apply([serviceOf([groupOf('g', [await hello('fine')])], { service: BS })]);
    expect((await ask(port)).status).toBe(200);
  });

  test('a request that nothing was done of goes to another instance; one that may have been done does not', async () => {
    const slams = await httpInstance('slams', (incoming) => incoming.socket.destroy());
    const { port, apply } = await balancer({ front: front() });
    await apply([serviceOf([groupOf('g', [slams, await hello('b')])], { service: BS })]);
    for (let i = 0; i < 4; i++) expect((await ask(port)).headers['x-instance']).toBe('b');
    const posted = [await ask(port, { method: 'POST' }, 'x'), await ask(port, { method: 'POST' }, 'x')];
    expect(posted.map(({ status }) => status).sort()).toEqual([200, 502]);
  });

  test('an instance that closes its idle connections costs no request', async () => {
    const closing = await httpInstance('closing', (_incoming, answer) => answer.end('ok'));
    const { port, apply } = await balancer({ front: front() });
    await apply([serviceOf([groupOf('g', [closing])], { service: BS })]);
    for (let i = 0; i < 5; i++) {
      expect((await ask(port)).text).toBe('ok');
      for (const socket of closing.sockets) socket.destroy();
    }
  });

  test('passes upgrades on, bytes both ways', async () => {
    const echo = await serving(
      'echo',
      createServer().on('upgrade', (incoming, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
        socket.write(`hello ${String(incoming.headers['x-forwarded-for'])};`);
        socket.pipe(socket);
      }),
    );
    const { plane, port, apply } = await balancer({ front: front() });
    await apply([serviceOf([groupOf('g', [echo])], { service: BS })]);
    const question = request({ host: HOST, port, headers: { connection: 'Upgrade', upgrade: 'echo' } });
    question.end();
    const [answer, socket, head] = (await once(question, 'upgrade')) as [IncomingMessage, Socket, Buffer];
    expect(answer.headers['upgrade']).toBe('echo');
    let text = head.toString();
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.write('ping');
    await expect.poll(() => text).toBe(`hello 127.0.0.1,${HOST};ping`);
    expect(plane.active('echo')).toBe(1);
    socket.destroy();
    await expect.poll(() => plane.active('echo')).toBe(0);
  });

  test('a removed instance gets no request any more; one under way ends, or is cut when the draining time is over', async () => {
    let release = (): void => undefined;
    const slow = await httpInstance('slow', (incoming, answer) => {
      if (incoming.url === '/never') return;
      release = () => answer.end('at last');
    });
    const { plane, port, apply } = await balancer({ front: front() });
    const b = await hello('b');
    const set = (target: typeof b, drainMs: number) =>
      apply([serviceOf([groupOf('g', [target])], { service: BS, drainMs })]);
    await set(slow, 10_000);
    const first = ask(port);
    await expect.poll(() => plane.active('slow')).toBe(1);
    await set(b, 10_000);
    expect((await ask(port)).headers['x-instance']).toBe('b');
    await expect.poll(() => (release(), plane.active('slow'))).toBe(0);
    expect((await first).text).toBe('at last');
    await expect.poll(() => [...slow.sockets].every((socket) => socket.destroyed)).toBe(true);

    await set(slow, 0);
    const second = ask(port, { path: '/never' });
    await expect.poll(() => plane.active('slow')).toBe(1);
    const cut = expect(second).rejects.toThrow('socket hang up');
    await set(b, 0);
    await cut;
    expect(plane.counters().instances['slow']?.drainCuts).toBe(1);
  });

  test('a generated cookie keeps a client at its instance while others come and go', async () => {
    const { port, apply } = await balancer({ front: front() });
    const [a, b, c] = [await hello('a'), await hello('b'), await hello('c')];
    const affinity = { kind: 'GENERATED_COOKIE', cookie: 'GCLB', ttlSec: 60 } as const;
    const set = (targets: readonly (typeof a)[]) =>
      apply([serviceOf([groupOf('g', targets)], { service: BS, affinity })]);
    await set([a, b]);
    const first = await ask(port);
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^GCLB="[0-9a-f]{16}"; Max-Age=60; Path=\/; HttpOnly$/);
    const headers = { cookie: `x=1; ${cookie.split(';')[0] ?? ''}` };
    const home = first.headers['x-instance'];
    for (const targets of [
      [a, b],
      [a, b, c],
      [c, a, b],
    ]) {
      await set(targets);
      for (let i = 0; i < 5; i++) {
        const { headers: given } = await ask(port, { headers });
        expect([given['x-instance'], given['set-cookie']]).toEqual([home, undefined]);
      }
    }
    await set([c]);
    expect((await ask(port, { headers })).headers['set-cookie']).toHaveLength(1);
  });

  test('a client of an HTTP_COOKIE service gets a cookie of that name, which leads it to the same instance again', async () => {
    const { port, apply } = await balancer({ front: front() });
    const affinity = { kind: 'HTTP_COOKIE', cookie: 'shop', path: '/cart', ttlSec: 60 } as const;
    const members = [await hello('a'), await hello('b'), await hello('c')];
    await apply([serviceOf([groupOf('g', members)], { service: BS, affinity })]);
    const names = new Set<unknown>();
    for (let client = 0; client < 12; client++) {
      const first = await ask(port);
      const [given = ''] = first.headers['set-cookie'] ?? [];
      expect(given).toMatch(/^shop="[^"]+"; Max-Age=60; Path=\/cart; HttpOnly$/);
      const again = await ask(port, { headers: { cookie: given.split(';')[0] } });
      expect(again.headers['set-cookie']).toBeUndefined();
      expect(again.headers['x-instance']).toBe(first.headers['x-instance']);
      names.add(first.headers['x-instance']);
    }
    expect(names.size).toBeGreaterThan(1);
  });

  test('a HEADER_FIELD service keeps requests with the same value at an instance', async () => {
    const { port, apply } = await balancer({ front: front() });
    const affinity = { kind: 'HEADER_FIELD', header: 'X-User' } as const;
    const members = [await hello('a'), await hello('b'), await hello('c')];
    await apply([serviceOf([groupOf('g', members)], { service: BS, affinity })]);
    const instanceOf = async (user: number) =>
      (await ask(port, { headers: { 'x-user': `user ${user}` } })).headers['x-instance'];
    const users = Array.from({ length: 12 }, (_, user) => user);
    const first = await Promise.all(users.map(instanceOf));
    expect(await Promise.all(users.map(instanceOf))).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  test('ends TLS with the certificate made for the name, and takes a new one without listening anew', async () => {
    const plane = socketDataPlane(systemClock);
    opened(plane);
    const port = await freePort();
    const services = [serviceOf([groupOf('g', [await hello('a')])], { service: BS })];
    const set = (certificates: readonly TlsCertificate[]) =>
      plane.apply([listener(port, services, { front: front(undefined, { certificates }) })]);
    expect([...(await set([ONE, TWO]))]).toEqual([]);
    const shown = async (servername: string): Promise<unknown> => {
      const socket = connectTls({ host: HOST, port, servername, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { subjectaltname } = socket.getPeerCertificate();
      socket.destroy();
      return subjectaltname;
    };
    expect([await shown('two.test'), await shown('one.test'), await shown('none.test')]).toEqual([
      'DNS:two.test',
      'DNS:one.test',
      'DNS:one.test',
    ]);
    await set([TWO]);
    expect([await shown('one.test'), await shown('')]).toEqual(['DNS:two.test', 'DNS:two.test']);
    const agent = new TlsAgent({ rejectUnauthorized: false });
    const question = getTls({ host: HOST, port, agent });
    const [answer] = (await once(question, 'response')) as [IncomingMessage];
    expect(JSON.parse((await read(answer)).text)).toMatchObject({ headers: { 'x-forwarded-proto': 'https' } });
  });

  test('a certificate that TLS refuses harms neither the others beside it nor other listeners', async () => {
    const plane = socketDataPlane(systemClock);
    opened(plane);
    const services = [serviceOf([groupOf('g', [await hello('a')])], { service: BS })];
    const [bad, good] = [await freePort(), await freePort()];
    const apply = (onBad: readonly TlsCertificate[], onGood: readonly TlsCertificate[]) =>
      plane.apply([
        listener(bad, services, { rule: 'bad', front: front(undefined, { certificates: onBad }) }),
        listener(good, services, { rule: 'good', front: front(undefined, { certificates: onGood }) }),
      ]);
    const shown = async (port: number): Promise<unknown> => {
      const socket = connectTls({ host: HOST, port, rejectUnauthorized: false });
      opened({ close: () => socket.destroy() });
      await once(socket, 'secureConnect');
      return socket.getPeerCertificate().subject.CN;
    };
    expect([...(await apply([WEAK], [WEAK, ONE]))]).toEqual([['bad', expect.stringContaining('certificates')]]);
    expect(await shown(good)).toBe('one.test');
    expect((await apply([TWO], [WEAK])).size).toBe(0);
    expect([await shown(bad), await shown(good)]).toEqual(['two.test', 'one.test']);
  });

  test('speaks TLS to instances of a service that says so', async () => {
    const secure = await serving(
      'secure',
      createTlsServer({ cert: ONE.certificate, key: ONE.privateKey }, (_incoming, answer) => answer.end('secret')),
    );
    const { port, apply } = await balancer({ front: front() });
    await apply([serviceOf([groupOf('g', [secure])], { service: BS, tls: true })]);
    expect((await ask(port)).text).toBe('secret');
  });

  test('firewall rules that keep proxies away answer 502 and are counted', async () => {
    const { plane, port, apply } = await balancer({ front: front() });
    await apply([serviceOf([groupOf('g', [{ ...(await hello('a')), firewall: [] }])], { service: BS })]);
    expect(await ask(port)).toMatchObject({ status: 502, text: expect.stringContaining('firewall') });
    expect(plane.counters().forwardingRules[RULE]?.failures.denied).toBe(1);
  });

  test('what is no HTTP is answered 400', async () => {
    const { port, apply } = await balancer({ front: front() });
    await apply([serviceOf([], { service: BS })]);
    const socket = connect({ host: HOST, port });
    socket.write('nonsense\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toContain('400 Bad Request');
    socket.destroy();
  });
});

describe('measured shares over real requests', () => {
  test('weights of a URL map, capacity scalers and RATE limits hold within 2 points', async () => {
    const other = 'projects/p/global/backendServices/other';
    const map = {
      defaultRouteAction: {
        weightedBackendServices: [
          { backendService: BS, weight: 80 },
          { backendService: other, weight: 20 },
        ],
      },
    };
    const { port, apply } = await balancer({ front: front(map) });
    const [a, b, c] = [await hello('a'), await hello('b'), await hello('c')];
    await apply([
      serviceOf(
        [
          groupOf('ga', [a], { mode: 'RATE', rate: 10_000 }),
          groupOf('gb', [b], { mode: 'RATE', rate: 20_000, scaler: 0.25 }),
        ],
        { service: BS },
      ),
      serviceOf([groupOf('gc', [c])], { service: other }),
    ]);
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    opened({ close: () => agent.destroy() });
    const one = async (): Promise<string> => {
      const question = get({ host: HOST, port, agent });
      const [answer] = (await once(question, 'response')) as [IncomingMessage];
      return String((await read(answer)).headers['x-instance']);
    };
    const byName = shares(await Promise.all(Array.from({ length: 2000 }, one)));
    for (const [name, expected] of [
      ['a', (0.8 * 2) / 3],
      ['b', 0.8 / 3],
      ['c', 0.2],
    ] as const) {
      expect(Math.abs((byName.get(name) ?? 0) - expected)).toBeLessThan(0.02);
    }
  });
});
