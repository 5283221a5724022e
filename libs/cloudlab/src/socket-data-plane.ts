import { Balancer } from './balancer.ts';
import type { Clock } from './clock.ts';
import type { DataPlane, TrafficListener, TrafficService, UtilizationOf } from './data-plane.ts';
import { listenHttp } from './http-listener.ts';
import { cannotListen } from './listener.ts';
import type { ListenerContext, OpenListener } from './listener.ts';
import { listenTcp } from './tcp-listener.ts';
import { TrafficLedger } from './traffic-ledger.ts';
import { listenUdp } from './udp-listener.ts';
import { UpstreamAgents } from './upstream-agents.ts';

interface Open {
  readonly listener: OpenListener;
  config: TrafficListener;
}

/**
 * The load balancers' data plane on this process's own sockets: TCP and UDP passed through, proxies for TCP, TLS and
 * HTTP. What is under way at an instance that left lives on for the draining time it was told last.
 */
export function socketDataPlane(clock: Clock): DataPlane {
  const ledger = new TrafficLedger(clock);
  const agents = new UpstreamAgents();
  const open = new Map<string, Open>();
  const balancers = new Map<string, Balancer>();
  const drainMs = new Map<string, number>();
  let utilizationOf: UtilizationOf = () => undefined;

  function balance(configs: ReadonlyMap<string, TrafficListener>): void {
    const wanted = new Map<string, TrafficService>();
    for (const config of configs.values()) {
      for (const service of config.services) {
        drainMs.set(service.service, service.drainMs);
        wanted.set(balancerKey(config, service.service), service);
      }
    }
    for (const key of balancers.keys()) if (!wanted.has(key)) balancers.delete(key);
    for (const [key, service] of wanted) {
      const known = balancers.get(key);
      if (known !== undefined) known.update(service);
      else balancers.set(key, new Balancer(service, loadOf(service.service)));
    }
    agents.keep(
      [...wanted.values()].flatMap(({ tls, groups }) =>
        groups.flatMap(({ targets }) => targets.map((target) => ({ target, tls }))),
      ),
    );
  }

  function loadOf(service: string) {
    return {
      ofGroup: (group: string) => ledger.ofGroup(service, group),
      ofInstance: (instance: string) => ledger.ofInstance(instance),
      utilizationOf: (instance: string) => utilizationOf(instance),
    };
  }

  async function start(key: string, config: TrafficListener): Promise<string | undefined> {
    const context: ListenerContext = {
      key,
      clock,
      ledger,
      balancer: (service) => balancers.get(balancerKey(open.get(key)?.config ?? config, service)),
    };
    let listener: OpenListener | string;
    try {
      if (config.protocol === 'UDP') listener = await listenUdp(context, config);
      else if (config.front.kind === 'http') listener = await listenHttp(context, agents, config, config.front);
      else listener = await listenTcp(context, config);
    } catch (cause) {
      listener = cannotListen(config, cause instanceof Error ? cause : new Error(String(cause)));
    }
    if (typeof listener === 'string') return listener;
    open.set(key, { listener, config });
    return undefined;
  }

  return {
    meter: ledger.meter,
    async apply(configs, utilization) {
      if (utilization !== undefined) utilizationOf = utilization;
      const wanted = new Map(configs.map((config) => [listenerKey(config), config]));
      balance(wanted);
      for (const [key, each] of open) {
        const config = wanted.get(key);
        if (config === undefined) {
          open.delete(key);
          each.listener.close();
        } else {
          each.config = config;
          each.listener.update(config);
        }
      }
      ledger.drain(wanted, (service) => drainMs.get(service) ?? 0);
      // A closed socket gives its address back in the next turn of the loop.
      await new Promise((resolve) => setImmediate(resolve));
      const problems = new Map<string, string>();
      for (const [key, config] of wanted) {
        if (open.has(key)) continue;
        const problem = await start(key, config);
        if (problem !== undefined) problems.set(config.rule, problem);
      }
      return problems;
    },
    active: (instance) => ledger.ofInstance(instance),
    onClosed: (watcher) => ledger.onClosed(watcher),
    counters: () => ledger.counters(),
    close() {
      for (const { listener } of open.values()) listener.close();
      open.clear();
      balancers.clear();
      ledger.close();
      agents.close();
      return Promise.resolve();
    },
  };
}

/** A listener of another kind at the same place is another listener. */
function listenerKey({ rule, protocol, address, port, front }: TrafficListener): string {
  const tls = 'certificates' in front && front.certificates !== undefined ? ' tls' : '';
  return `${rule} ${protocol} ${address}:${port} ${front.kind}${tls}`;
}

/** Requests of one service are balanced together; connections by listener, whose port may be the instances' port too. */
function balancerKey(config: TrafficListener, service: string): string {
  return config.front.kind === 'http' ? service : `${service} ${listenerKey(config)}`;
}
