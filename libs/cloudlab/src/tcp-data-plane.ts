import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Clock, Timer } from './clock.ts';
import { noTraffic } from './data-plane.ts';
import type { CounterReport, DataPlane, TrafficCounters, TrafficListener, TrafficTarget } from './data-plane.ts';

const CONNECT_TIMEOUT_MS = 3000;
const BACKLOG = 4096;

interface Candidate {
  readonly target: TrafficTarget;
  readonly group: string;
}

interface Connection {
  readonly listener: Listener;
  readonly group: string;
  readonly instance: string;
  readonly client: Socket;
  readonly upstream: Socket;
  cut: Timer | undefined;
}

interface Listener {
  readonly key: string;
  readonly rule: string;
  readonly server: Server;
  config: TrafficListener;
  candidates: readonly Candidate[];
  turn: number;
}

/**
 * The load balancer's data plane: a TCP proxy in this process. New connections go round robin over the instances that
 * accept; one that cannot be reached is passed over before a byte was forwarded. Connections of an instance that left
 * live on for the draining time they were made under.
 */
export function tcpDataPlane(clock: Clock): DataPlane {
  const listeners = new Map<string, Listener>();
  const connections = new Set<Connection>();
  const perInstance = new Map<string, number>();
  const closedListeners = new Set<(instance: string) => void>();
  const rules = new Map<string, TrafficCounters>();
  const groups = new Map<string, TrafficCounters>();
  const instances = new Map<string, TrafficCounters>();

  function accept(listener: Listener, client: Socket): void {
    const counters = countersOf(rules, listener.rule);
    counters.connections++;
    client.on('error', () => client.destroy());
    attempt(listener, client, listener.turn++, new Set());
  }

  function attempt(listener: Listener, client: Socket, turn: number, tried: Set<string>): void {
    if (client.destroyed) return;
    // Always out of the newest picture: what left while another instance was tried must not be tried any more.
    const { candidates } = listener;
    const order = candidates.map((_, i) => candidates[(turn + i) % candidates.length]);
    const candidate = order.find((each) => each !== undefined && !tried.has(each.target.instance));
    if (candidate === undefined) {
      countersOf(rules, listener.rule).refused++;
      client.resetAndDestroy();
      return;
    }
    const { instance, address, port } = candidate.target;
    tried.add(instance);
    const upstream = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    const timer = clock.after(CONNECT_TIMEOUT_MS, () => upstream.destroy(new Error('connect timed out')));
    const failed = (): void => {
      timer.cancel();
      client.off('close', leave);
      for (const each of [
        countersOf(rules, listener.rule),
        countersOf(groups, candidate.group),
        countersOf(instances, instance),
      ]) {
        each.failedConnects++;
      }
      attempt(listener, client, turn, tried);
    };
    const leave = (): void => {
      timer.cancel();
      upstream.off('error', failed);
      upstream.on('error', () => undefined);
      upstream.destroy();
    };
    upstream.once('error', failed);
    client.once('close', leave);
    upstream.once('connect', () => {
      timer.cancel();
      upstream.off('error', failed);
      client.off('close', leave);
      if (listener.candidates.some((each) => same(each, candidate))) {
        carry(listener, candidate, client, upstream);
        return;
      }
      // It left the rotation during the connect: no byte was forwarded, so another one takes over.
      upstream.on('error', () => undefined);
      upstream.destroy();
      attempt(listener, client, turn, tried);
    });
  }

  function carry(listener: Listener, candidate: Candidate, client: Socket, upstream: Socket): void {
    const { instance } = candidate.target;
    const { group } = candidate;
    const all = [countersOf(rules, listener.rule), countersOf(groups, group), countersOf(instances, instance)];
    const [, ofGroup, ofInstance] = all;
    if (ofGroup !== undefined) ofGroup.connections++;
    if (ofInstance !== undefined) ofInstance.connections++;
    for (const each of all) each.active++;
    const connection: Connection = { listener, group, instance, client, upstream, cut: undefined };
    connections.add(connection);
    perInstance.set(instance, (perInstance.get(instance) ?? 0) + 1);

    let open = 2;
    const ended = (): void => {
      if (--open > 0) return;
      connection.cut?.cancel();
      connections.delete(connection);
      perInstance.set(instance, (perInstance.get(instance) ?? 1) - 1);
      for (const each of all) {
        each.active--;
        each.bytesIn += upstream.bytesWritten;
        each.bytesOut += upstream.bytesRead;
      }
      for (const listen of closedListeners) listen(instance);
    };
    client.once('close', (broken) => {
      if (broken || !upstream.writableEnded) upstream.destroy();
      ended();
    });
    upstream.on('error', () => undefined);
    upstream.once('close', (broken) => {
      // A reset of the instance is passed on as one, so that the client does not take half an answer for a whole one.
      if (broken) client.resetAndDestroy();
      ended();
    });
    client.pipe(upstream);
    upstream.pipe(client);
  }

  function isMember(listener: Listener, connection: Connection): boolean {
    return (
      listeners.get(listener.key) === listener &&
      listener.config.groups.some(
        (group) =>
          group.group === connection.group && group.targets.some((target) => target.instance === connection.instance),
      )
    );
  }

  const drainMsOf = new Map<string, number>();

  function drain(connection: Connection): void {
    if (connection.cut !== undefined) return;
    const cut = (): void => {
      for (const each of [
        countersOf(rules, connection.listener.rule),
        countersOf(groups, connection.group),
        countersOf(instances, connection.instance),
      ]) {
        each.drainCuts++;
      }
      connection.upstream.destroy();
      connection.client.destroy();
    };
    connection.cut = clock.after(drainMsOf.get(`${connection.listener.rule} ${connection.group}`) ?? 0, cut);
  }

  function open(config: TrafficListener, key: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) =>
        accept(listener, client),
      );
      const listener: Listener = { key, rule: config.rule, server, config, candidates: candidatesOf(config), turn: 0 };
      listeners.set(key, listener);
      const refused = (cause: Error): void => {
        listeners.delete(key);
        resolve(
          `The load balancer cannot listen on ${config.address}:${config.port} (${cause.message}). Choose another address or port, or end what listens there.`,
        );
      };
      server.once('error', refused);
      server.listen({ host: config.address, port: config.port, backlog: BACKLOG }, () => {
        server.off('error', refused);
        server.on('error', () => undefined);
        resolve(undefined);
      });
    });
  }

  return {
    async apply(configs) {
      const wanted = new Map(configs.map((config) => [`${config.rule} ${config.address}:${config.port}`, config]));
      for (const config of configs) {
        for (const group of config.groups) drainMsOf.set(`${config.rule} ${group.group}`, group.drainMs);
      }
      const closing: Promise<void>[] = [];
      for (const [key, listener] of listeners) {
        const config = wanted.get(key);
        if (config === undefined) {
          listeners.delete(key);
          listener.candidates = [];
          closing.push(
            new Promise((resolve) => {
              // Connections that live on must not hold the address's release back.
              listener.server.close(() => undefined);
              setImmediate(resolve);
            }),
          );
        } else {
          listener.config = config;
          listener.candidates = candidatesOf(config);
        }
      }
      for (const connection of connections) {
        if (!isMember(connection.listener, connection)) drain(connection);
        else if (connection.cut !== undefined) {
          connection.cut.cancel();
          connection.cut = undefined;
        }
      }
      await Promise.all(closing);
      const problems = new Map<string, string>();
      for (const [key, config] of wanted) {
        if (listeners.has(key)) continue;
        const problem = await open(config, key);
        if (problem !== undefined) problems.set(config.rule, problem);
      }
      return problems;
    },
    active: (instance) => perInstance.get(instance) ?? 0,
    onClosed(listen) {
      closedListeners.add(listen);
      return () => closedListeners.delete(listen);
    },
    counters(): CounterReport {
      const live = new Map<string, { bytesIn: number; bytesOut: number }>();
      for (const { listener, group, instance, upstream } of connections) {
        for (const key of [listener.rule, group, instance]) {
          const sum = live.get(key) ?? { bytesIn: 0, bytesOut: 0 };
          sum.bytesIn += upstream.bytesWritten;
          sum.bytesOut += upstream.bytesRead;
          live.set(key, sum);
        }
      }
      const report = (of: ReadonlyMap<string, TrafficCounters>): Record<string, TrafficCounters> =>
        Object.fromEntries(
          [...of].map(([key, each]) => {
            const open = live.get(key);
            return [
              key,
              {
                ...each,
                bytesIn: each.bytesIn + (open?.bytesIn ?? 0),
                bytesOut: each.bytesOut + (open?.bytesOut ?? 0),
              },
            ];
          }),
        );
      return { forwardingRules: report(rules), groups: report(groups), instances: report(instances) };
    },
    async close() {
      await Promise.all(
        [...listeners.values()].map(
          ({ server }) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              for (const { client, upstream } of connections) {
                client.destroy();
                upstream.destroy();
              }
            }),
        ),
      );
      listeners.clear();
    },
  };
}

function same(a: Candidate, b: Candidate): boolean {
  return a.group === b.group && a.target.instance === b.target.instance && a.target.port === b.target.port;
}

function candidatesOf(config: TrafficListener): Candidate[] {
  return config.groups.flatMap(({ group, targets }) =>
    targets.filter((target) => target.accepts).map((target) => ({ target, group })),
  );
}

function countersOf(map: Map<string, TrafficCounters>, key: string): TrafficCounters {
  let counters = map.get(key);
  if (counters === undefined) {
    counters = noTraffic();
    map.set(key, counters);
  }
  return counters;
}
