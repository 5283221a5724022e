import { systemClock } from './clock.ts';
import type { FirewallRule } from './firewall-rules.ts';
import { LATENCY_SLOTS } from './latency-buckets.ts';
import { TrafficMeter } from './traffic-meter.ts';
import type { RouteTable } from './url-routes.ts';

/** One instance that a listener may send connections to. */
export interface TrafficTarget {
  /** Instance path, the key of counters. */
  readonly instance: string;
  readonly address: string;
  readonly port: number;
  /** Whether new connections may go there: healthy, running and with capacity. */
  readonly accepts: boolean;
  /** Rules of its network that concern it, most important first; undefined when its network has none. */
  readonly firewall?: readonly FirewallRule[] | undefined;
}

/** How much of a backend service's traffic a group takes. */
export interface GroupCapacity {
  readonly mode: 'RATE' | 'CONNECTION' | 'UTILIZATION';
  /** Share of the capacity that may be used, 0 to 1; 0 drains the group. */
  readonly scaler: number;
  /** Requests per second of the whole group, undefined without a limit. */
  readonly rate?: number | undefined;
  /** Connections of the whole group, undefined without a limit. */
  readonly connections?: number | undefined;
  /** Processor use up to which the group is not full, 0 to 1. */
  readonly utilization?: number | undefined;
}

/** A backend group (or target pool) and its members. */
export interface TrafficGroup {
  readonly group: string;
  readonly capacity: GroupCapacity;
  /** Takes traffic only while no other group accepts any. */
  readonly failover: boolean;
  readonly targets: readonly TrafficTarget[];
}

/** What keeps a client at its instance. */
export type Affinity =
  | { readonly kind: 'NONE' }
  | { readonly kind: 'CLIENT_IP' | 'CLIENT_IP_PROTO' | 'CLIENT_IP_PORT_PROTO' | 'CLIENT_IP_NO_DESTINATION' }
  /** A cookie that names the instance; `ttlSec` 0 lives as long as the browser. */
  | { readonly kind: 'GENERATED_COOKIE'; readonly cookie: string; readonly ttlSec: number }
  /** A cookie of the application, or made with `ttlSec`, whose value is hashed. */
  | {
      readonly kind: 'HTTP_COOKIE';
      readonly cookie: string;
      readonly path: string;
      readonly ttlSec: number | undefined;
    }
  | { readonly kind: 'HEADER_FIELD'; readonly header: string };

/** A backend service or target pool as traffic sees it. */
export interface TrafficService {
  /** Path of the backend service or target pool. */
  readonly service: string;
  readonly affinity: Affinity;
  /** Which instance of a group is next. */
  readonly within: 'ROUND_ROBIN' | 'LEAST_REQUEST';
  /** How long connections live on after their instance left, milliseconds; 0 cuts at once. */
  readonly drainMs: number;
  /** Whether instances are spoken to under TLS; their certificates are not checked. */
  readonly tls: boolean;
  /** How long the answer to a request may take, milliseconds. */
  readonly timeoutMs: number;
  readonly groups: readonly TrafficGroup[];
}

/** A certificate with its key, PEM. */
export interface TlsCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What stands between a listener's clients and its instances. */
export type TrafficFront =
  /** Packets as they are: the instance sees the client's address. */
  | { readonly kind: 'pass-through' }
  /** A proxy for TCP, with TLS towards the client when there are certificates. */
  | {
      readonly kind: 'tcp';
      readonly certificates?: readonly TlsCertificate[] | undefined;
      readonly proxyHeader: boolean;
    }
  /** A proxy for HTTP requests. `managed` answers as the Envoy-based load balancers do. */
  | {
      readonly kind: 'http';
      readonly certificates?: readonly TlsCertificate[] | undefined;
      readonly routes: RouteTable;
      readonly managed: boolean;
    };

/** What one address and port of a forwarding rule does. */
export interface TrafficListener {
  /** Path of the forwarding rule. */
  readonly rule: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly front: TrafficFront;
  /** The one service of a front without URL map, or all that its URL map leads to. */
  readonly services: readonly TrafficService[];
}

/** Counts of a forwarding rule, a group or an instance. */
export interface TrafficCounters {
  /** Connections accepted from clients (rule) or made to instances (group, instance); flows of UDP. */
  connections: number;
  active: number;
  /** Bytes from clients to instances and back. */
  bytesIn: number;
  bytesOut: number;
  /** Client connections closed, or requests answered by the load balancer, because no instance could take them. */
  refused: number;
  /** Attempts to reach an instance that failed; the next one was tried. */
  failedConnects: number;
  /** Connections cut at the end of the draining time. */
  drainCuts: number;
  /** HTTP requests that got an answer, whoever gave it. */
  requests: number;
  /** HTTP answers by the first digit of their status. */
  readonly responses: { '1xx': number; '2xx': number; '3xx': number; '4xx': number; '5xx': number };
  /** Requests that failed in the load balancer: the instance broke off, took too long, or a firewall rule denied it. */
  readonly failures: { brokenOff: number; timedOut: number; denied: number };
  /** From a request's head to the end of its answer, by `latencySlot`. */
  readonly latency: number[];
}

/** All counters, by path of rule, group and instance. They only grow, except `active`. */
export interface CounterReport {
  readonly forwardingRules: Readonly<Record<string, TrafficCounters>>;
  readonly groups: Readonly<Record<string, TrafficCounters>>;
  readonly instances: Readonly<Record<string, TrafficCounters>>;
}

/** Processor use of an instance, 1 for one whole machine; undefined when nobody knows. */
export type UtilizationOf = (instance: string) => number | undefined;

/** Carries traffic as it was told last. */
export interface DataPlane {
  /** What was carried, by second. */
  readonly meter: TrafficMeter;
  /**
   * Takes over the whole new picture; when it resolves, no new connection goes to anything that left.
   * @returns a sentence for every rule that could not listen
   */
  apply(listeners: readonly TrafficListener[], utilizationOf?: UtilizationOf): Promise<ReadonlyMap<string, string>>;
  /** Open connections and requests under way to an instance. */
  active(instance: string): number;
  /** Told whenever a connection or request to an instance ended, until the answer is called. */
  onClosed(listener: (instance: string) => void): () => void;
  counters(): CounterReport;
  close(): Promise<void>;
}

/** A fresh set of counters, all 0. */
export function noTraffic(): TrafficCounters {
  return {
    connections: 0,
    active: 0,
    bytesIn: 0,
    bytesOut: 0,
    refused: 0,
    failedConnects: 0,
    drainCuts: 0,
    requests: 0,
    responses: { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
    failures: { brokenOff: 0, timedOut: 0, denied: 0 },
    latency: Array.from({ length: LATENCY_SLOTS }, () => 0),
  };
}

/** A data plane that carries nothing: for simulations. */
export function idleDataPlane(): DataPlane {
  return {
    meter: new TrafficMeter(systemClock),
    apply: () => Promise.resolve(new Map()),
    active: () => 0,
    onClosed: () => () => undefined,
    counters: () => ({ forwardingRules: {}, groups: {}, instances: {} }),
    close: () => Promise.resolve(),
  };
}
