import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, expect } from 'vitest';
import { groupOf, serviceOf } from './balancer.fixture.ts';
import { systemClock } from './clock.ts';
import type { DataPlane, TrafficFront, TrafficListener, TrafficService, TrafficTarget } from './data-plane.ts';
import { socketDataPlane } from './socket-data-plane.ts';
import { urlMapBody } from './url-map-schema.ts';
import { routeTable } from './url-routes.ts';

/** Forwarding rule and address of every test. */
export const RULE = 'projects/p/regions/r/forwardingRules/fr';
/** @see RULE */
export const HOST = '127.126.7.1';

/** Backend service of what is behind HTTP. */
export const BS = 'projects/p/global/backendServices/bs';

interface Closable {
  close(): unknown;
}

const open: Closable[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Closes it when the test is over. */
export function opened(each: Closable): void {
  open.push(each);
}

/** An instance of a test. */
export interface TestInstance extends TrafficTarget {
  readonly sockets: Set<Socket>;
  close(): Promise<void>;
}

/** An instance that answers every piece with its name, and says goodbye when the client ends its side. */
export function instance(name: string): Promise<TestInstance> {
  const answer = (socket: Socket): void => {
    socket.on('data', (data) => socket.write(`${name}:${data.toString()}`));
    socket.on('end', () => socket.end('bye'));
  };
  return serving(name, createServer({ allowHalfOpen: true }, answer));
}

/** An instance that answers HTTP. */
export function httpInstance(name: string, answer: RequestListener): Promise<TestInstance> {
  return serving(name, createHttpServer(answer));
}

/** An instance out of a server that does not listen yet. */
export async function serving(name: string, server: Server): Promise<TestInstance> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const target = { instance: name, address: HOST, port: (server.address() as AddressInfo).port, accepts: true };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  open.push({ close });
  return { ...target, sockets, close };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A front for HTTP whose URL map leads to BS, or as `map` says. */
export function httpFront(map: object = { defaultService: BS }, more: object = {}): TrafficFront {
  const body = urlMapBody.parse({ name: 'map', ...map });
  const routes = routeTable({ kind: '', id: '1', creationTimestamp: '', selfLink: '', ...body }, 'p');
  return { kind: 'http', routes, managed: false, ...more };
}

/** A listener that passes TCP through. */
export function listener(
  port: number,
  services: readonly TrafficService[],
  more: Partial<TrafficListener> = {},
): TrafficListener {
  return { rule: RULE, address: HOST, port, protocol: 'TCP', front: { kind: 'pass-through' }, services, ...more };
}

/** A data plane with one listener. */
export async function balancer(more: Partial<TrafficListener> = {}): Promise<{
  readonly plane: DataPlane;
  readonly port: number;
  /** One service with one group. */
  set(targets: readonly TrafficTarget[], drainMs?: number): Promise<void>;
  apply(services: readonly TrafficService[]): Promise<void>;
}> {
  const plane = socketDataPlane(systemClock);
  open.push(plane);
  const port = await freePort();
  const apply = async (services: readonly TrafficService[]): Promise<void> => {
    expect([...(await plane.apply([listener(port, services, more)]))]).toEqual([]);
  };
  return {
    plane,
    port,
    set: (targets, drainMs = 0) => apply([serviceOf([groupOf('g', targets)], { drainMs })]),
    apply,
  };
}
