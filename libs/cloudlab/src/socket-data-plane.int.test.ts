import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { RULE, HOST, balancer, freePort, instance, listener, opened } from './data-plane.fixture.ts';
import { socketDataPlane } from './socket-data-plane.ts';

async function client(port: number): Promise<Socket> {
  const socket = connect({ host: HOST, port, allowHalfOpen: true });
  opened({ close: () => socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString();
}

function ended(socket: Socket): Promise<'cut' | 'reset'> {
  return new Promise((resolve) => {
    socket.once('error', () => resolve('reset'));
    socket.once('close', () => resolve('cut'));
    socket.once('end', () => socket.end());
    socket.resume();
  });
}

describe('socketDataPlane', () => {
  test('goes round robin over instances that accept, and passes over one that cannot be reached', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    const dead = { instance: 'dead', address: HOST, port: await freePort(), accepts: true };
    const { plane, port, set } = await balancer();
    await set([a, dead, b, { ...(await instance('c')), accepts: false }]);
    const answers = await Promise.all(Array.from({ length: 12 }, async () => ask(await client(port), 'x')));
    expect(new Set(answers)).toEqual(new Set(['a:x', 'b:x']));
    const { forwardingRules, instances } = plane.counters();
    expect(forwardingRules[RULE]).toMatchObject({ connections: 12, active: 12, refused: 0, failedConnects: 4 });
    expect((instances['a']?.connections ?? 0) + (instances['b']?.connections ?? 0)).toBe(12);
    expect(forwardingRules[RULE]?.bytesIn).toBe(12);
    expect(forwardingRules[RULE]?.bytesOut).toBe(36);
  });

  test('carries a half-closed connection to its end', async () => {
    const { port, set } = await balancer();
    await set([await instance('a')]);
    const socket = await client(port);
    expect(await ask(socket, 'x')).toBe('a:x');
    socket.end();
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('bye');
    await once(socket, 'end');
  });

  test('resets clients when no instance accepts', async () => {
    const { plane, port, set } = await balancer();
    await set([]);
    const socket = connect({ host: HOST, port });
    expect(await ended(socket)).toBe('reset');
    expect(plane.counters().forwardingRules[RULE]).toMatchObject({ refused: 1, active: 0 });
  });

  test('connections of a removed instance live for the draining time, then are cut; 0 cuts at once', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    const { plane, port, set } = await balancer();
    await set([a], 400);
    const socket = await client(port);
    expect(await ask(socket, '1')).toBe('a:1');
    await set([b], 400);
    expect(await ask(await client(port), '2')).toBe('b:2');
    expect(await ask(socket, '3')).toBe('a:3');
    const started = Date.now();
    await ended(socket);
    expect(Date.now() - started).toBeGreaterThan(250);
    await expect.poll(() => plane.counters().instances['a']).toMatchObject({ drainCuts: 1, active: 0 });

    const last = await client(port);
    await ask(last, '4');
    await set([a], 0);
    await ended(last);
    expect(plane.counters().instances['b']?.drainCuts).toBe(2);
  });

  test('a reset of the instance reaches the client as one', async () => {
    const a = await instance('a');
    const { port, set } = await balancer();
    await set([a]);
    const socket = await client(port);
    await ask(socket, 'x');
    for (const each of a.sockets) each.resetAndDestroy();
    expect(await ended(socket)).toBe('reset');
  });

  test('says why a rule cannot listen, and listens again when it may', async () => {
    const taken = await instance('taken');
    const plane = socketDataPlane(systemClock);
    opened(plane);
    const config = listener(taken.port, []);
    expect((await plane.apply([config])).get(RULE)).toContain(`cannot listen on ${HOST}:${taken.port}`);
    await taken.close();
    expect([...(await plane.apply([config]))]).toEqual([]);
    expect([...(await plane.apply([]))]).toEqual([]);
    const socket = connect({ host: HOST, port: taken.port });
    expect(await ended(socket)).toBe('reset');
  });
});
