import type { Balancer } from './balancer.ts';
import type { Clock } from './clock.ts';
import type { TrafficListener } from './data-plane.ts';
import { PROXY_SOURCES } from './firewall-rules.ts';
import type { TrafficLedger } from './traffic-ledger.ts';
import { PROXY_ADDRESS } from './traffic-plan.ts';

/** How long an instance may take to accept a connection. */
export const CONNECT_TIMEOUT_MS = 3000;
/** Connections that may wait to be accepted. */
export const BACKLOG = 4096;
/** Addresses that a proxied connection counts as coming from. */
export const FROM_PROXY: readonly string[] = [...PROXY_SOURCES, PROXY_ADDRESS];

/** What every listener works with. */
export interface ListenerContext {
  /** Names the listener: rule, address, port and kind. */
  readonly key: string;
  readonly clock: Clock;
  readonly ledger: TrafficLedger;
  /** The balancer of a service as this listener reaches it; undefined when it is gone. */
  balancer(service: string): Balancer | undefined;
}

/** A socket that listens for one forwarding rule's address and port. */
export interface OpenListener {
  /** Takes its new configuration, of the same kind, address and port. */
  update(config: TrafficListener): void;
  /** Stops accepting; what is under way lives on. */
  close(): void;
}

/** Sentence for a rule whose address and port cannot be had. */
export function cannotListen(config: TrafficListener, cause: Error): string {
  return `The load balancer cannot listen on ${config.address}:${config.port} (${cause.message}). Choose another address or port, or end what listens there.`;
}
