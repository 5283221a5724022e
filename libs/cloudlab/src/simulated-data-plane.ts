import { requestPreference } from './affinity.ts';
import type { Flow } from './affinity.ts';
import { Balancer } from './balancer.ts';
import type { Choice } from './balancer.ts';
import type { Clock } from './clock.ts';
import type { CounterReport, DataPlane, TrafficListener, UtilizationOf } from './data-plane.ts';
import { TrafficLedger } from './traffic-ledger.ts';
import type { TrafficMeter } from './traffic-meter.ts';
import { routeOf } from './url-routes.ts';
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

/** What became of requests. */
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

/**
 * Load balancing without sockets: requests are shared out by the same plan and the same choice as the real data plane
 * makes, and counted in the same counters.
 */
export class SimulatedDataPlane implements DataPlane {
  readonly #clock: Clock;
  readonly #ledger: TrafficLedger;
  readonly #balancers = new Map<string, Balancer>();
  readonly #shares = new Map<string, WeightedTurns>();
  readonly #drainMs = new Map<string, number>();
  #listeners: ReadonlyMap<string, TrafficListener> = new Map();
  #utilizationOf: UtilizationOf = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
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
      if (found?.choice === undefined) {
        refused++;
        if (found !== undefined) this.#refuse(found.listener);
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

  #refuse({ rule, front }: TrafficListener): void {
    this.#ledger.count({ rule }, (each) => each.refused++);
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
  ): { readonly listener: TrafficListener; readonly service: string; readonly choice: Choice | undefined } | undefined {
    const listener = [...this.#listeners.values()].find((each) => each.address === address && each.port === port);
    if (listener === undefined) return undefined;
    const service = this.#serviceOf(listener, host, url);
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
    return { listener, service, choice: balancer.choose({ now: this.#clock.now(), preference }) };
  }

  #serviceOf(listener: TrafficListener, host: string, url: string): string {
    if (listener.front.kind !== 'http') return listener.services[0]?.service ?? '';
    const route = routeOf(listener.front.routes, host, url);
    if ('redirect' in route) return '';
    const key = `${keyOf(listener)} ${route.key}`;
    let turns = this.#shares.get(key);
    if (turns === undefined) {
      turns = new WeightedTurns();
      this.#shares.set(key, turns);
    }
    return turns.next(route.services) ?? '';
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
