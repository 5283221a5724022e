import { requestPreference } from './affinity.ts';
import type { Flow } from './affinity.ts';
import { Balancer } from './balancer.ts';
import type { Choice } from './balancer.ts';
import type { Clock } from './clock.ts';
import type { CounterReport, DataPlane, TrafficListener, UtilizationOf } from './data-plane.ts';
import { admits } from './firewall-rules.ts';
import { FROM_PROXY } from './listener.ts';
import { TrafficLedger } from './traffic-ledger.ts';
import type { TrafficMeter } from './traffic-meter.ts';
import { redirectTo, routeOf } from './url-routes.ts';
import type { Route } from './url-routes.ts';
import { WeightedTurns } from './weighted-turns.ts';

/** Requests of one client. */
export interface SimulatedRequests {
  readonly address: string;
  readonly port: number;
  readonly count: number;
  /** Host header, for URL maps. */
  readonly host?: string;
  /** Path and query, for URL maps. */
  readonly url?: string;
  readonly clientAddress?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long an answer takes, milliseconds; only counted. */
  readonly tookMs?: number;
  /** What an instance answers, by its path; 200 when absent. */
  readonly statusOf?: (instance: string) => number;
}

/** What became of requests; the load balancer answered the rest with redirects. */
export interface SimulatedOutcome {
  /** Requests answered, by instance path. */
  readonly served: Readonly<Record<string, number>>;
  readonly refused: number;
}

/** A connection that is open until it is ended, or cut at the end of the draining time. */
export interface SimulatedConnection {
  readonly instance: string;
  readonly isOpen: () => boolean;
  end(): void;
}

/** Where a request leads: an instance, a redirect, or nowhere. */
interface Found {
  readonly listener: TrafficListener;
  readonly service: string;
  readonly choice: Choice | undefined;
  /** Status of the redirect that answers it. */
  readonly redirect?: number;
  /** Firewall rules keep it away from instances that would take it. */
  readonly denied?: boolean;
}

/**
 * Load balancing without sockets: requests are shared out by the same plan and the same choice as the real data plane
 * makes, and counted in the same counters.
 */
export class SimulatedDataPlane implements DataPlane {
  readonly #clock: Clock;
  readonly #listens: (address: string, port: number) => boolean;
  readonly #ledger: TrafficLedger;
  readonly #balancers = new Map<string, Balancer>();
  readonly #shares = new Map<string, WeightedTurns>();
  readonly #drainMs = new Map<string, number>();
  #listeners: ReadonlyMap<string, TrafficListener> = new Map();
  #utilizationOf: UtilizationOf = () => undefined;

  /** @param listens whether an instance takes connections at an address and port; each does unless said otherwise */
  constructor(clock: Clock, listens: (address: string, port: number) => boolean = () => true) {
    this.#clock = clock;
    this.#listens = listens;
    this.#ledger = new TrafficLedger(clock);
  }

  get meter(): TrafficMeter {
    return this.#ledger.meter;
  }

  /** What it was told last. */
  get listeners(): readonly TrafficListener[] {
    return [...this.#listeners.values()];
  }

  apply(listeners: readonly TrafficListener[], utilizationOf?: UtilizationOf): Promise<ReadonlyMap<string, string>> {
    if (utilizationOf !== undefined) this.#utilizationOf = utilizationOf;
    this.#listeners = new Map(listeners.map((each) => [keyOf(each), each]));
    const wanted = new Set<string>();
    for (const listener of listeners) {
      for (const service of listener.services) {
        const key = `${keyOf(listener)} ${service.service}`;
        wanted.add(key);
        this.#drainMs.set(service.service, service.drainMs);
        const known = this.#balancers.get(key);
        if (known === undefined) this.#balancers.set(key, new Balancer(service, this.#loadOf(service.service)));
        else known.update(service);
      }
    }
    for (const key of this.#balancers.keys()) if (!wanted.has(key)) this.#balancers.delete(key);
    this.#ledger.drain(this.#listeners, (service) => this.#drainMs.get(service) ?? 0);
    return Promise.resolve(new Map());
  }

  /** Shares out requests to a forwarding rule's address and port, all at this moment. */
  send(requests: SimulatedRequests): SimulatedOutcome {
    const served: Record<string, number> = {};
    let refused = 0;
    for (let i = 0; i < requests.count; i++) {
      const found = this.#choose(requests, i);
      if (found?.redirect !== undefined) {
        this.#ledger.answered({ rule: found.listener.rule }, found.redirect, 0);
        continue;
      }
      if (found?.choice === undefined) {
        refused++;
        if (found !== undefined) this.#refuse(found.listener, found.denied === true);
        continue;
      }
      const { listener, choice } = found;
      const { instance } = choice.target;
      if (listener.front.kind !== 'http') this.#ledger.connected(listener.rule, choice);
      this.#ledger.answered(
        { rule: listener.rule, choice },
        requests.statusOf?.(instance) ?? 200,
        requests.tookMs ?? 1,
      );
      served[instance] = (served[instance] ?? 0) + 1;
    }
    return { served, refused };
  }

  /** Opens a connection that stays; undefined when no instance takes it. */
  connect(to: Omit<SimulatedRequests, 'count'>): SimulatedConnection | undefined {
    const found = this.#choose(to, 0);
    if (found?.choice === undefined) return undefined;
    const { listener, choice, service } = found;
    let open = true;
    const end = (): void => {
      open = false;
      ended();
    };
    const ended = this.#ledger.begin({
      rule: listener.rule,
      listener: keyOf(listener),
      service,
      group: choice.group.group,
      instance: choice.target.instance,
      bytes: () => [0, 0],
      cut: end,
    });
    this.#ledger.count({ rule: listener.rule }, (each) => each.connections++);
    this.#ledger.connected(listener.rule, choice);
    return { instance: choice.target.instance, isOpen: () => open, end };
  }

  active(instance: string): number {
    return this.#ledger.ofInstance(instance);
  }

  onClosed(watcher: (instance: string) => void): () => void {
    return this.#ledger.onClosed(watcher);
  }

  counters(): CounterReport {
    return this.#ledger.counters();
  }

  close(): Promise<void> {
    this.#ledger.close();
    this.#balancers.clear();
    return Promise.resolve();
  }

  #refuse({ rule, front }: TrafficListener, denied: boolean): void {
    this.#ledger.count({ rule }, (each) => {
      each.refused++;
      if (denied) each.failures.denied++;
    });
    if (front.kind === 'http') this.#ledger.answered({ rule }, front.managed ? 503 : 502, 0);
  }

  #choose(
    {
      address,
      port,
      host = address,
      url = '/',
      clientAddress = '127.0.0.1',
      headers = {},
    }: Omit<SimulatedRequests, 'count'>,
    position: number,
  ): Found | undefined {
    const listener = [...this.#listeners.values()].find((each) => each.address === address && each.port === port);
    if (listener === undefined) return undefined;
    const { front, rule } = listener;
    const route = front.kind === 'http' ? routeOf(front.routes, host, url) : undefined;
    if (route !== undefined && 'redirect' in route) {
      const { status } = redirectTo(route, { scheme: 'http', host, url });
      return { listener, service: '', choice: undefined, redirect: status };
    }
    const service =
      route === undefined
        ? (listener.services[0]?.service ?? '')
        : this.#turn(`${keyOf(listener)} ${route.key}`, route);
    const balancer = this.#balancers.get(`${keyOf(listener)} ${service}`);
    if (balancer === undefined) return { listener, service, choice: undefined };
    // Each request has a connection, and so a port, of its own.
    const flow: Flow = {
      clientAddress,
      clientPort: 1024 + (position % 60_000),
      address,
      port,
      protocol: listener.protocol,
    };
    const preference = requestPreference(balancer.service.affinity, flow, headers, () => String(position));
    const sources = front.kind === 'pass-through' ? [clientAddress] : FROM_PROXY;
    const transport = listener.protocol === 'UDP' ? 'udp' : 'tcp';
    const tried = new Set<string>();
    for (;;) {
      const choice = balancer.choose({
        now: this.#clock.now(),
        preference,
        tried,
        admits: ({ firewall, port: to }) => admits(firewall, sources, transport, to),
      });
      if (choice === undefined) return { listener, service, choice, denied: balancer.accepts(tried) };
      const { target } = choice;
      if (this.#listens(target.address, target.port)) return { listener, service, choice };
      this.#ledger.count({ rule, choice }, (each) => each.failedConnects++);
      tried.add(target.instance);
    }
  }

  #turn(key: string, { services }: Extract<Route, { readonly services: unknown }>): string {
    let turns = this.#shares.get(key);
    if (turns === undefined) {
      turns = new WeightedTurns();
      this.#shares.set(key, turns);
    }
    return turns.next(services) ?? '';
  }

  #loadOf(service: string) {
    return {
      ofGroup: (group: string) => this.#ledger.ofGroup(service, group),
      ofInstance: (instance: string) => this.#ledger.ofInstance(instance),
      utilizationOf: (instance: string) => this.#utilizationOf(instance),
    };
  }
}

function keyOf({ rule, protocol, address, port }: TrafficListener): string {
  return `${rule} ${protocol} ${address}:${port}`;
}
