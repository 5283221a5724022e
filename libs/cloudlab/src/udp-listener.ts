import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { flowPreference } from './affinity.ts';
import type { Balancer, Choice } from './balancer.ts';
import type { Timer } from './clock.ts';
import type { TrafficListener } from './data-plane.ts';
import { admits } from './firewall-rules.ts';
import { cannotListen } from './listener.ts';
import type { ListenerContext, OpenListener } from './listener.ts';

/** How long a flow without packets is remembered. */
const IDLE_MS = 60_000;
/** Flows at a time, each a socket of its own; then the oldest gives way. */
const FLOWS_AT_MOST = 4096;

/** Packets that may wait for a flow's socket. */
const WAITING_AT_MOST = 64;

interface Flow {
  readonly choice: Choice;
  readonly balancer: Balancer;
  readonly upstream: Socket;
  readonly end: () => void;
  /** Sends a packet, at once or when the socket is ready. */
  readonly send: (packet: Buffer) => void;
  timer: Timer;
}

/**
 * Passes UDP packets through: each client address and port is a flow that stays at its instance, which sees packets
 * from the client's address (the port is another one).
 * @returns a sentence when it cannot listen
 */
export function listenUdp(context: ListenerContext, first: TrafficListener): Promise<OpenListener | string> {
  let config = first;
  const { clock, ledger } = context;
  const flows = new Map<string, Flow>();
  const server = createSocket('udp4');

  function forget(key: string): void {
    const flow = flows.get(key);
    if (flow === undefined) return;
    flows.delete(key);
    flow.timer.cancel();
    flow.end();
    flow.upstream.close();
  }

  function receive(packet: Buffer, client: RemoteInfo): void {
    const key = `${client.address}:${client.port}`;
    const known = flows.get(key);
    // A flow of an instance that left lives on for its draining time; one that went bad gives its flows up.
    if (known !== undefined && known.balancer.holds(known.choice) && !known.balancer.stands(known.choice)) forget(key);
    const flow = flows.get(key) ?? open(key, client);
    if (flow === undefined) return;
    flow.timer.cancel();
    flow.timer = clock.after(IDLE_MS, () => forget(key));
    flow.send(packet);
  }

  function open(key: string, client: RemoteInfo): Flow | undefined {
    const service = config.services[0]?.service;
    const balancer = service === undefined ? undefined : context.balancer(service);
    const { rule, address, port } = config;
    const choice = balancer?.choose({
      now: clock.now(),
      preference: flowPreference(balancer.service.affinity, {
        clientAddress: client.address,
        clientPort: client.port,
        address,
        port,
        protocol: 'UDP',
      }),
      admits: (target) => admits(target.firewall, [client.address], 'udp', target.port),
    });
    if (balancer === undefined || choice === undefined) {
      const denied = balancer?.accepts(new Set()) === true;
      ledger.count({ rule }, (each) => {
        each.refused++;
        if (denied) each.failures.denied++;
      });
      return undefined;
    }
    const [oldest] = flows.keys();
    if (flows.size >= FLOWS_AT_MOST && oldest !== undefined) forget(oldest);
    const upstream = createSocket('udp4');
    const waiting: Buffer[] = [];
    let ready = false;
    let bytesIn = 0;
    let bytesOut = 0;
    const send = (packet: Buffer): void => {
      if (!ready) {
        if (waiting.length < WAITING_AT_MOST) waiting.push(packet);
        return;
      }
      bytesIn += packet.length;
      upstream.send(packet);
    };
    const end = ledger.begin({
      rule,
      listener: context.key,
      service: balancer.service.service,
      group: choice.group.group,
      instance: choice.target.instance,
      bytes: () => [bytesIn, bytesOut],
      cut: () => forget(key),
    });
    ledger.count({ rule, choice }, (each) => each.connections++);
    const flow: Flow = {
      choice,
      balancer,
      upstream,
      end,
      send,
      timer: clock.after(IDLE_MS, () => forget(key)),
    };
    flows.set(key, flow);
    upstream.on('message', (packet) => {
      bytesOut += packet.length;
      server.send(packet, client.port, client.address);
    });
    upstream.on('error', () => {
      ledger.count({ rule, choice }, (each) => each.failedConnects++);
      // The next packet finds another instance, or this one again.
      if (flows.get(key) === flow) forget(key);
    });
    upstream.bind({ address: client.address, port: 0 }, () => {
      upstream.connect(choice.target.port, choice.target.address, () => {
        if (flows.get(key) !== flow) return;
        ready = true;
        for (const packet of waiting.splice(0)) send(packet);
      });
    });
    return flow;
  }

  server.on('message', receive);
  return new Promise((resolve) => {
    const failed = (cause: Error): void => resolve(cannotListen(first, cause));
    server.once('error', failed);
    server.bind({ address: first.address, port: first.port }, () => {
      server.off('error', failed);
      server.on('error', () => undefined);
      resolve({
        update(next) {
          config = next;
        },
        close() {
          for (const key of flows.keys()) forget(key);
          server.close();
        },
      });
    });
  });
}
