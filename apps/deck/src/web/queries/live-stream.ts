import { readEvents } from '@gennaker/client/event-stream';
import type { StreamEvent } from '@gennaker/contracts/route';
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { refreshExecution } from './executions.ts';
import { GATE } from './gate.ts';
import { keys } from './keys.ts';

/** Whether the page hears of changes at once. */
export type Liveness = 'connecting' | 'live' | 'reconnecting';

/** Silence after which a connection counts as dead; the server sends a comment every 15 s. */
const SILENCE_MS = 40_000;
/** Changes of one execution within this time are read once. */
const GATHER_MS = 120;

let liveness: Liveness = 'connecting';
const listeners = new Set<() => void>();
function become(next: Liveness): void {
  if (next === liveness) return;
  liveness = next;
  for (const listener of listeners) listener();
}

/** Whether the page hears of changes at once; re-renders when that changes. */
export function useLiveness(): Liveness {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => liveness,
  );
}

function field(data: unknown, name: string): string | undefined {
  if (data === null || typeof data !== 'object' || !(name in data)) return undefined;
  const value = (data as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

/** Reads changed executions again, each at most once at a time and after a short gathering. */
class ExecutionRefresher {
  readonly #client: QueryClient;
  readonly #waiting = new Set<string>();
  readonly #busy = new Set<string>();
  constructor(client: QueryClient) {
    this.#client = client;
  }
  touch(id: string): void {
    if (this.#waiting.has(id)) return;
    this.#waiting.add(id);
    setTimeout(() => void this.#read(id), GATHER_MS);
  }
  async #read(id: string): Promise<void> {
    this.#waiting.delete(id);
    if (this.#busy.has(id)) {
      this.touch(id);
      return;
    }
    this.#busy.add(id);
    // An execution that is gone, or a gate that restarts, is no error here: the next event or reconnect reads again.
    await refreshExecution(this.#client, id).catch(() => undefined);
    void this.#client.invalidateQueries({ queryKey: keys.insight(id) });
    void this.#client.invalidateQueries({ queryKey: keys.queues });
    this.#busy.delete(id);
  }
}

/** Reads everything on screen again. */
function refreshAll(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'choices' });
}

/** Applies one event of the stream to the cache. */
export function applyEvent(client: QueryClient, event: StreamEvent, touch: (id: string) => void): void {
  if (event.event === 'upstream') {
    // A source of the stream is back: what it would have told meanwhile is read again.
    const back =
      event.data !== null &&
      typeof event.data === 'object' &&
      'connected' in event.data &&
      event.data.connected === true;
    if (back) refreshAll(client);
    return;
  }
  const executionId = field(event.data, 'executionId');
  if (executionId) {
    touch(executionId);
    return;
  }
  const application = field(event.data, 'application');
  if (application) {
    void client.invalidateQueries({ queryKey: keys.serverGroups(application) });
    void client.invalidateQueries({ queryKey: keys.loadBalancers(application) });
    void client.invalidateQueries({ queryKey: keys.securityGroups(application) });
  } else {
    void client.invalidateQueries({ queryKey: ['serverGroups'] });
    void client.invalidateQueries({ queryKey: ['loadBalancers'] });
    void client.invalidateQueries({ queryKey: ['securityGroups'] });
  }
  void client.invalidateQueries({ queryKey: ['instance'] });
  void client.invalidateQueries({ queryKey: keys.choices('loadBalancers') });
}

/**
 * Keeps one connection to gate's event stream for the whole page and applies what it says to the cache. After any gap
 * everything on screen is read again, because events of the gap are not replayed for certain.
 */
export function connectStream(client: QueryClient, signal: AbortSignal): void {
  const refresher = new ExecutionRefresher(client);
  let connections = 0;
  let failures = 0;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const silence = new AbortController();
      let watchdog: ReturnType<typeof setTimeout> | undefined;
      const heard = (): void => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
      };
      try {
        heard();
        const response = await fetch(`${GATE}/events`, {
          headers: { accept: 'text/event-stream' },
          signal: AbortSignal.any([signal, silence.signal]),
        });
        if (!response.ok || !response.body) throw new Error(`The event stream answered ${response.status}`);
        become('live');
        failures = 0;
        if (connections++ > 0) refreshAll(client);
        const tap = new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            heard();
            controller.enqueue(chunk);
          },
        });
        for await (const event of readEvents(response.body.pipeThrough(tap)))
          applyEvent(client, event, (id) => refresher.touch(id));
      } catch {
        // Any failure is a gap: connect again below.
      } finally {
        clearTimeout(watchdog);
      }
      if (signal.aborted) return;
      become('reconnecting');
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(10_000, 300 * 2 ** failures++) * (0.75 + Math.random() / 2)),
      );
    }
  };
  void run();
}
