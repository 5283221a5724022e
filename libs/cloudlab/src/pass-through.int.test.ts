import { createSocket } from 'node:dgram';
import type { RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { groupOf, serviceOf, shares } from './balancer.fixture.ts';
import { HOST, RULE, balancer, opened, serving } from './data-plane.fixture.ts';
import type { TestInstance } from './data-plane.fixture.ts';
import type { TrafficTarget } from './data-plane.ts';
import { ONE } from './named-certificates.fixture.ts';

/** An instance that answers each connection with its name and the client's address. */
function seeing(name: string): Promise<TestInstance> {
  return serving(
    name,
    createServer((socket) => socket.end(`${name} ${socket.remoteAddress ?? ''}`)),
  );
}

/** All that the other side says to a client at that address. */
async function hear(port: number, localAddress: string): Promise<string> {
  const socket = connect({ host: HOST, port, localAddress });
  opened({ close: () => socket.destroy() });
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  await once(socket, 'close');
  return text;
}

describe('TCP passed through', () => {
  test('the instance sees the address of the client', async () => {
    const { port, set } = await balancer();
    await set([await seeing('a')]);
    expect(await hear(port, '127.0.0.1')).toBe('a 127.0.0.1');
    expect(await hear(port, '127.0.3.7')).toBe('a 127.0.3.7');
  });

  test('CLIENT_IP keeps each address at its instance while another instance comes', async () => {
    const { port, apply } = await balancer();
    const [a, b, c] = [await seeing('a'), await seeing('b'), await seeing('c')];
    const set = (targets: readonly TrafficTarget[]) =>
      apply([serviceOf([groupOf('g', targets)], { affinity: { kind: 'CLIENT_IP' } })]);
    const clients = Array.from({ length: 30 }, (_, i) => `127.0.9.${i + 1}`);
    const homes = (): Promise<string[]> =>
      Promise.all(clients.map(async (client) => (await hear(port, client)).split(' ')[0] ?? ''));
    await set([a, b]);
    const before = await homes();
    expect(await homes()).toEqual(before);
    expect(new Set(before)).toEqual(new Set(['a', 'b']));
    await set([a, b, c]);
    const after = await homes();
    for (const [i, home] of after.entries()) expect([before[i], 'c']).toContain(home);
  });

  test('firewall rules keep out whom they do not name, and each denial is counted', async () => {
    const { plane, port, set } = await balancer();
    const rule = {
      name: 'r',
      allow: true,
      sources: [{ first: 0x7f_00_00_05, prefix: 32 }],
      traffic: [{ protocol: 'tcp', ports: undefined }],
    };
    await set([{ ...(await seeing('a')), firewall: [rule] }]);
    expect(await hear(port, '127.0.0.5')).toBe('a 127.0.0.5');
    await expect(hear(port, '127.0.0.6')).rejects.toThrow('ECONNRESET');
    expect(plane.counters().forwardingRules[RULE]?.failures.denied).toBe(1);
  });
});

describe('TCP and SSL proxies', () => {
  test('the instance sees the proxy, and the PROXY line when it is wanted', async () => {
    const lines = await serving(
      'a',
      createServer((socket) =>
        socket.once('data', (data) => socket.end(`${socket.remoteAddress ?? ''} ${data.toString()}`)),
      ),
    );
    const { port, set } = await balancer({ front: { kind: 'tcp', proxyHeader: true } });
    await set([lines]);
    expect(await hear(port, '127.0.0.8')).toMatch(
      new RegExp(`^127\\.0\\.0\\.1 PROXY TCP4 127\\.0\\.0\\.8 ${HOST} \\d+ ${port}\r\n$`),
    );
  });

  test('an SSL proxy ends TLS, and goes on as plain TCP', async () => {
    const front = { kind: 'tcp', proxyHeader: false, certificates: [ONE] } as const;
    const { port, set } = await balancer({ front });
    await set([
      await serving(
        'a',
        createServer((socket) => socket.once('data', (data) => socket.end(`plain ${data.toString()}`))),
      ),
    ]);
    const socket = connectTls({ host: HOST, port, servername: 'one.test', ca: ONE.certificate });
    opened({ close: () => socket.destroy() });
    socket.write('hi');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('plain hi');
  });

  test('CONNECTION: open connections are shared out by capacity and scaler, and spill over at the limit', async () => {
    const holding = (name: string) =>
      serving(
        name,
        createServer((socket) => socket.write(name)),
      );
    const [a, b] = [await holding('a'), await holding('b')];
    const { plane, port, apply } = await balancer({ front: { kind: 'tcp', proxyHeader: false } });
    const set = (connections: number, scaler: number) =>
      apply([serviceOf([groupOf('ga', [a], { connections }), groupOf('gb', [b], { connections: 400, scaler })])]);
    const hold = async (): Promise<string> => {
      const socket = connect({ host: HOST, port });
      opened({ close: () => socket.destroy() });
      const [data] = (await once(socket, 'data')) as [Buffer];
      return data.toString();
    };
    await set(100, 0.75);
    const below = shares(await Promise.all(Array.from({ length: 200 }, hold)));
    expect(Math.abs((below.get('a') ?? 0) - 0.25)).toBeLessThan(0.02);
    await set(50, 1);
    expect(shares(await Promise.all(Array.from({ length: 100 }, hold))).get('b')).toBe(1);
    expect(plane.active('a')).toBe(50);
  });
});

describe('UDP passed through', () => {
  /** An instance that answers each packet with its name, the sender and the packet. */
  async function answering(name: string): Promise<TrafficTarget & { readonly senders: RemoteInfo[] }> {
    const socket = createSocket('udp4');
    const senders: RemoteInfo[] = [];
    socket.on('message', (packet, sender) => {
      senders.push(sender);
      socket.send(`${name} ${sender.address} ${packet.toString()}`, sender.port, sender.address);
    });
    socket.bind(0, HOST);
    await once(socket, 'listening');
    opened({ close: () => socket.close() });
    return { instance: name, address: HOST, port: socket.address().port, accepts: true, senders };
  }

  async function client(port: number, address: string) {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    opened({ close: () => socket.close() });
    return async (text: string): Promise<string> => {
      socket.send(text, port, HOST);
      const [packet] = (await once(socket, 'message')) as [Buffer];
      return packet.toString();
    };
  }

  test('the instance sees the address of the client, and a flow stays at its instance', async () => {
    const { plane, port, set } = await balancer({ protocol: 'UDP' });
    await set([await answering('a'), await answering('b')]);
    const one = await client(port, '127.0.5.1');
    const two = await client(port, '127.0.5.2');
    expect([await one('x'), await one('y'), await two('x'), await two('y')]).toEqual([
      'a 127.0.5.1 x',
      'a 127.0.5.1 y',
      'b 127.0.5.2 x',
      'b 127.0.5.2 y',
    ]);
    expect(plane.counters().instances['a']).toMatchObject({ connections: 1, active: 1, bytesIn: 2, bytesOut: 26 });
  });

  test('a flow whose instance is unhealthy, or left and was drained, goes on at another one', async () => {
    const { plane, port, set } = await balancer({ protocol: 'UDP' });
    const [a, b] = [await answering('a'), await answering('b')];
    await set([a]);
    const ask = await client(port, '127.0.5.3');
    expect(await ask('1')).toBe('a 127.0.5.3 1');
    await set([{ ...a, accepts: false }, b]);
    expect(await ask('2')).toBe('b 127.0.5.3 2');
    await set([a], 10_000);
    expect(await ask('3')).toBe('b 127.0.5.3 3');
    await set([b], 0);
    await set([a], 0);
    await expect.poll(() => plane.active('b')).toBe(0);
    expect(await ask('4')).toBe('a 127.0.5.3 4');
  });

  test('CLIENT_IP_PROTO keeps all flows of an address at one instance', async () => {
    const { port, apply } = await balancer({ protocol: 'UDP' });
    const targets = [await answering('a'), await answering('b'), await answering('c')];
    await apply([serviceOf([groupOf('g', targets)], { affinity: { kind: 'CLIENT_IP_PROTO' } })]);
    const answers = await Promise.all(Array.from({ length: 8 }, async () => (await client(port, '127.0.5.4'))('x')));
    expect(new Set(answers).size).toBe(1);
  });

  test('nothing answers where nothing accepts, and it is counted', async () => {
    const { plane, port, set } = await balancer({ protocol: 'UDP' });
    await set([]);
    const socket = createSocket('udp4');
    opened({ close: () => socket.close() });
    socket.send('x', port, HOST);
    await expect.poll(() => plane.counters().forwardingRules[RULE]?.refused).toBe(1);
  });
});
