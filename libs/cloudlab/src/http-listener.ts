import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ServerResponse as Answer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TrafficFront, TrafficListener } from './data-plane.ts';
import { HttpExchange } from './http-exchange.ts';
import type { Refusal } from './http-exchange.ts';
import { BACKLOG, cannotListen } from './listener.ts';
import type { ListenerContext, OpenListener } from './listener.ts';
import { tlsOptions } from './tls-certificates.ts';
import type { UpstreamAgents } from './upstream-agents.ts';
import { redirectTo, routeOf } from './url-routes.ts';
import { WeightedTurns } from './weighted-turns.ts';

/** How long a client's connection may be idle: longer than any sensible client keeps it. */
const KEEP_ALIVE_MS = 610_000;

type HttpFront = Extract<TrafficFront, { readonly kind: 'http' }>;

/**
 * Listens for HTTP requests, under TLS when there are certificates, and shares them out one by one.
 * @returns a sentence when it cannot listen
 */
export function listenHttp(
  context: ListenerContext,
  agents: UpstreamAgents,
  first: TrafficListener,
  front: HttpFront,
): Promise<OpenListener | string> {
  let config = first;
  let { routes, managed } = front;
  const shares = new Map<string, WeightedTurns>();
  const scheme = front.certificates === undefined ? 'http' : 'https';

  function serve(request: IncomingMessage, response: ServerResponse, upgrade?: { socket: Socket; head: Buffer }): void {
    const started = context.clock.now();
    const url = request.url ?? '/';
    const host = request.headers.host ?? config.address;
    const route = routeOf(routes, host, url);
    const { rule } = config;
    if ('redirect' in route) {
      const { status, location } = redirectTo(route, { scheme, host, url });
      context.ledger.answered({ rule }, status, context.clock.now() - started);
      response.writeHead(status, { location, 'content-length': 0, via: '1.1 google' }).end();
      return;
    }
    let turns = shares.get(route.key);
    if (turns === undefined && route.services.length > 1) shares.set(route.key, (turns = new WeightedTurns()));
    const service = turns?.next(route.services) ?? route.services[0]?.[0];
    const balancer = service === undefined ? undefined : context.balancer(service);
    if (balancer === undefined) {
      refuse(response, managed ? 503 : 502, 'no-backend-service', request.method === 'HEAD');
      context.ledger.count({ rule }, (each) => each.refused++);
      context.ledger.answered({ rule }, managed ? 503 : 502, context.clock.now() - started);
      return;
    }
    new HttpExchange(context, agents, balancer, {
      rule,
      address: config.address,
      port: config.port,
      scheme,
      request,
      response,
      upgrade,
      started,
      refuse(status, why) {
        const code = managed ? { 502: 503, 504: 504 }[status] : 502;
        refuse(response, code, why, request.method === 'HEAD');
        return code;
      },
    }).attempt();
  }

  const tls = front.certificates === undefined ? undefined : tlsOptions(front.certificates);
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, noDelay: true };
  const server: Server =
    tls === undefined ? createServer(options, serve) : createTlsServer({ ...options, ...tls.options }, serve);
  server.on('connection', () => context.ledger.count(config, (each) => each.connections++));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const response = new Answer(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on('finish', () => socket.end());
    socket.on('error', () => socket.destroy());
    serve(request, response, { socket, head });
  });
  server.on('clientError', (_cause, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  return new Promise((resolve) => {
    const failed = (cause: Error): void => resolve(cannotListen(first, cause));
    server.once('error', failed);
    server.listen({ host: first.address, port: first.port, backlog: BACKLOG }, () => {
      server.off('error', failed);
      server.on('error', () => undefined);
      resolve({
        update(next) {
          config = next;
          if (next.front.kind !== 'http') return;
          ({ routes, managed } = next.front);
          if (next.front.certificates !== undefined) tls?.update(next.front.certificates, server);
        },
        close: () => void server.close(() => undefined),
      });
    });
  });
}

const REASONS: Readonly<Record<Refusal, string>> = {
  'no-backend-service': 'The URL map leads to no backend service.',
  'no-instance': 'No instance of the backend service can take requests: none is healthy and has capacity.',
  'firewall-denied': "The network's firewall rules keep the load balancer away from the instances.",
  unreachable: 'The instances did not accept the connection.',
  'broken-off': 'The instance closed the connection before it answered.',
  'not-http': 'The answer of the instance has a status line that HTTP does not allow.',
  'timed-out': 'The instance did not answer within the timeout of the backend service.',
};

function refuse(response: ServerResponse, status: number, why: Refusal, headOnly: boolean): void {
  const text = `${status} Server Error\n${REASONS[why]}\n`;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    via: '1.1 google',
  });
  response.end(headOnly ? undefined : text);
}
