import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { TLSSocket, connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { flowPreference } from './affinity.ts';
import type { Flow } from './affinity.ts';
import type { Balancer, Choice } from './balancer.ts';
import type { TrafficListener } from './data-plane.ts';
import { admits } from './firewall-rules.ts';
import { BACKLOG, CONNECT_TIMEOUT_MS, FROM_PROXY, cannotListen } from './listener.ts';
import type { ListenerContext, OpenListener } from './listener.ts';
import { proxyLine } from './proxy-line.ts';
import { tlsOptions } from './tls-certificates.ts';

/**
 * Listens for TCP connections: passed through with the client's address, proxied, or with TLS ended here. One that
 * cannot reach its instance goes to the next before a byte was forwarded.
 * @returns a sentence when it cannot listen
 */
export function listenTcp(context: ListenerContext, first: TrafficListener): Promise<OpenListener | string> {
  let config = first;
  const { clock, ledger } = context;

  function accept(client: Socket): void {
    ledger.count(config, (each) => each.connections++);
    client.on('error', () => client.destroy());
    const flow = {
      clientAddress: client.remoteAddress ?? '',
      clientPort: client.remotePort ?? 0,
      address: config.address,
      port: config.port,
      protocol: 'TCP',
    } as const;
    attempt(client, flow, new Set());
  }

  function attempt(client: Socket, flow: Flow, tried: Set<string>): void {
    if (client.destroyed) return;
    const service = config.services[0]?.service;
    const balancer = service === undefined ? undefined : context.balancer(service);
    const { kind } = config.front;
    const sources = kind === 'pass-through' ? [flow.clientAddress] : FROM_PROXY;
    // Always out of the newest picture: what left while another instance was tried must not be tried any more.
    const choice = balancer?.choose({
      now: clock.now(),
      preference: flowPreference(balancer.service.affinity, flow),
      tried,
      admits: ({ firewall, port }) => admits(firewall, sources, 'tcp', port),
    });
    if (balancer === undefined || choice === undefined) {
      const denied = balancer?.accepts(tried) === true;
      ledger.count(config, (each) => {
        each.refused++;
        if (denied) each.failures.denied++;
      });
      reset(client);
      return;
    }
    const { instance } = choice.target;
    tried.add(instance);
    const upstream = dial(choice, balancer, kind === 'pass-through' ? flow.clientAddress : undefined);
    const timer = clock.after(CONNECT_TIMEOUT_MS, () => upstream.destroy(new Error('connect timed out')));
    const failed = (): void => {
      timer.cancel();
      client.off('close', leave);
      ledger.count({ rule: config.rule, choice }, (each) => each.failedConnects++);
      attempt(client, flow, tried);
    };
    const leave = (): void => {
      timer.cancel();
      upstream.off('error', failed);
      upstream.on('error', () => undefined);
      upstream.destroy();
    };
    upstream.once('error', failed);
    client.once('close', leave);
    upstream.once(upstream instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      timer.cancel();
      upstream.off('error', failed);
      client.off('close', leave);
      if (balancer.stands(choice)) {
        carry(balancer, choice, client, upstream, flow);
        return;
      }
      // It left the rotation during the connect: no byte was forwarded, so another one takes over.
      upstream.on('error', () => undefined);
      upstream.destroy();
      attempt(client, flow, tried);
    });
  }

  function carry(balancer: Balancer, choice: Choice, client: Socket, upstream: Socket, flow: Flow): void {
    const { rule } = config;
    ledger.connected(rule, choice);
    const end = ledger.begin({
      rule,
      listener: context.key,
      service: balancer.service.service,
      group: choice.group.group,
      instance: choice.target.instance,
      bytes: () => [upstream.bytesWritten, upstream.bytesRead],
      cut() {
        upstream.destroy();
        client.destroy();
      },
    });
    let open = 2;
    const ended = (): void => {
      if (--open === 0) end();
    };
    client.once('close', (broken) => {
      if (broken || !upstream.writableEnded) upstream.destroy();
      ended();
    });
    upstream.on('error', () => undefined);
    upstream.once('close', (broken) => {
      // A reset of the instance is passed on as one, so that the client does not take half an answer for a whole one.
      if (broken) reset(client);
      ended();
    });
    const { front } = config;
    if (front.kind === 'tcp' && front.proxyHeader) {
      upstream.write(proxyLine(flow.clientAddress, flow.clientPort, flow.address, flow.port));
    }
    client.pipe(upstream);
    upstream.pipe(client);
  }

  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
  const { front } = first;
  const certificates = front.kind === 'tcp' ? front.certificates : undefined;
  const tls = certificates === undefined ? undefined : tlsOptions(certificates);
  const server: Server =
    tls === undefined
      ? createServer(options, accept)
      : createTlsServer({ allowHalfOpen: true, noDelay: true, ...tls.options }, accept);
  return new Promise((resolve) => {
    server.once('error', (cause) => resolve(cannotListen(first, cause)));
    server.listen({ host: first.address, port: first.port, backlog: BACKLOG }, () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined);
      resolve({
        update(next) {
          config = next;
          if (next.front.kind === 'tcp' && next.front.certificates !== undefined)
            tls?.update(next.front.certificates, server);
        },
        close() {
          // Connections that live on must not hold the address's release back.
          server.close(() => undefined);
        },
      });
    });
  });
}

function dial({ target }: Choice, balancer: Balancer, clientAddress: string | undefined): Socket {
  const to = {
    host: target.address,
    port: target.port,
    allowHalfOpen: true,
    noDelay: true,
    // From 127.0.0.1 a connection to an instance begins anyway; binding it would take a port from all instances at once.
    ...(clientAddress?.startsWith('127.') === true && clientAddress !== '127.0.0.1'
      ? { localAddress: clientAddress }
      : {}),
  };
  return balancer.service.tls ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to);
}

function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
