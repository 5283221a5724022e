/** One instance that a listener may send connections to. */
export interface TrafficTarget {
  /** Instance path, the key of counters. */
  readonly instance: string;
  readonly address: string;
  readonly port: number;
  /** Whether new connections may go there: healthy, running and with capacity. */
  readonly accepts: boolean;
}

/** A backend group (or target pool) and its members. */
export interface TrafficGroup {
  readonly group: string;
  /** How long connections live on after their instance left, milliseconds; 0 cuts at once. */
  readonly drainMs: number;
  readonly targets: readonly TrafficTarget[];
}

/** What one address and port of a forwarding rule does. */
export interface TrafficListener {
  /** Path of the forwarding rule. */
  readonly rule: string;
  readonly address: string;
  readonly port: number;
  readonly groups: readonly TrafficGroup[];
}

/** Counts of a forwarding rule, a group or an instance. */
export interface TrafficCounters {
  /** Connections accepted from clients (rule) or made to instances (group, instance). */
  connections: number;
  active: number;
  /** Bytes from clients to instances and back. */
  bytesIn: number;
  bytesOut: number;
  /** Client connections closed because no instance could take them. */
  refused: number;
  /** Attempts to reach an instance that failed; the next one was tried. */
  failedConnects: number;
  /** Connections cut at the end of the draining time. */
  drainCuts: number;
}

/** All counters, by path of rule, group and instance. They only grow, except `active`. */
export interface CounterReport {
  readonly forwardingRules: Readonly<Record<string, TrafficCounters>>;
  readonly groups: Readonly<Record<string, TrafficCounters>>;
  readonly instances: Readonly<Record<string, TrafficCounters>>;
}

/** Carries traffic as it was told last. */
export interface DataPlane {
  /**
   * Takes over the whole new picture; when it resolves, no new connection goes to anything that left.
   * @returns a sentence for every rule that could not listen
   */
  apply(listeners: readonly TrafficListener[]): Promise<ReadonlyMap<string, string>>;
  /** Open connections to an instance. */
  active(instance: string): number;
  /** Told whenever a connection to an instance closed, until the answer is called. */
  onClosed(listener: (instance: string) => void): () => void;
  counters(): CounterReport;
  close(): Promise<void>;
}

/** A fresh set of counters, all 0. */
export function noTraffic(): TrafficCounters {
  return { connections: 0, active: 0, bytesIn: 0, bytesOut: 0, refused: 0, failedConnects: 0, drainCuts: 0 };
}

/** A data plane that carries nothing: for simulations. */
export function idleDataPlane(): DataPlane {
  return {
    apply: () => Promise.resolve(new Map()),
    active: () => 0,
    onClosed: () => () => undefined,
    counters: () => ({ forwardingRules: {}, groups: {}, instances: {} }),
    close: () => Promise.resolve(),
  };
}
