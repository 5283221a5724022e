import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { TrafficTarget } from './data-plane.ts';

/** Idle connections kept to one instance. */
const IDLE_AT_MOST = 64;

/** Keeps connections to instances open between requests, and closes the idle ones of those that left. */
export class UpstreamAgents {
  readonly #agents = new Map<string, Agent>();

  /** The agent of an instance's port. */
  of({ address, port }: TrafficTarget, tls: boolean): Agent {
    const key = keyOf(address, port, tls);
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      const options = { keepAlive: true, maxFreeSockets: IDLE_AT_MOST, noDelay: true };
      agent = tls ? new TlsAgent({ ...options, rejectUnauthorized: false }) : new Agent(options);
      this.#agents.set(key, agent);
    }
    return agent;
  }

  /** Lets go of every instance that is not among these; requests under way to it go on. */
  keep(targets: Iterable<{ readonly target: TrafficTarget; readonly tls: boolean }>): void {
    const wanted = new Set<string>();
    for (const { target, tls } of targets) wanted.add(keyOf(target.address, target.port, tls));
    for (const [key, agent] of this.#agents) {
      if (wanted.has(key)) continue;
      this.#agents.delete(key);
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of sockets ?? []) socket.destroy();
      }
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}

function keyOf(address: string, port: number, tls: boolean): string {
  return `${tls ? 'tls' : 'tcp'} ${address}:${port}`;
}
