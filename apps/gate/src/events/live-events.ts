import type { UpstreamNotice } from '@gennaker/contracts/gate';
import { ANONYMOUS, type Identity } from '@gennaker/contracts/people';
import type { CallOptions, StreamEvent } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

/** What a live stream shows. `after`: cursor of the last execution event that the client has. */
export interface LiveQuery {
  readonly after?: string | undefined;
  readonly application?: string | undefined;
  readonly executionId?: string | undefined;
  /** Types of execution events, separated by commas; with them the inventory is left out. */
  readonly types?: string | undefined;
}

/** A client that is further behind is cut off; it comes back with its cursor. */
const MOST_WAITING = 10_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Events on their way from several writers to one reader. */
class Channel {
  private waiting: StreamEvent[] = [];
  private wake: () => void = () => {};

  push(event: StreamEvent): void {
    this.waiting.push(event);
    this.wake();
  }

  /** The events that came since the last call; waits for the first, or answers none when aborted. */
  async take(signal: AbortSignal): Promise<StreamEvent[]> {
    while (this.waiting.length === 0 && !signal.aborted)
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.wake = done;
        signal.addEventListener('abort', done);
      });
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }

  get overfull(): boolean {
    return this.waiting.length > MOST_WAITING;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Keeps a source connected until the signal ends it, and tells the reader when it is lost and back. */
async function follow(
  service: string,
  connect: (options: CallOptions) => Promise<AsyncIterable<StreamEvent>>,
  take: (event: StreamEvent) => void,
  channel: Channel,
  signal: AbortSignal,
): Promise<void> {
  const notice = (data: UpstreamNotice): void => channel.push({ event: 'upstream', data });
  let wait = FIRST_PAUSE_MS;
  let told: boolean | undefined;
  while (!signal.aborted) {
    let reason = `${service} ended the stream`;
    try {
      const events = await connect({ signal });
      if (told !== true) notice({ service, connected: true });
      told = true;
      for await (const event of events) {
        wait = FIRST_PAUSE_MS;
        take(event);
      }
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    if (told !== false) notice({ service, connected: false, reason });
    told = false;
    await pause(wait, signal);
    wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
  }
}

/**
 * Executions and inventory as they change, in one stream. Only execution events carry an id (orca's cursor), so that a
 * client which comes back with its Last-Event-ID misses none; the inventory is read anew by whoever was away.
 */
export async function* liveEvents(
  gate: Pick<Gate, 'orca' | 'clouddriver'>,
  query: LiveQuery,
  signal: AbortSignal,
  identity: Identity = ANONYMOUS,
): AsyncGenerator<StreamEvent, void, undefined> {
  const { application, executionId, types } = query;
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const channel = new Channel();
  let after = query.after;
  void follow(
    'orca',
    (options) => gate.orca.events({ query: { after, application, executionId, types } }, { ...options, identity }),
    (event) => {
      after = event.id ?? after;
      channel.push({ ...(event.id === undefined ? {} : { id: event.id }), event: 'execution', data: event.data });
    },
    channel,
    both,
  );
  if (executionId === undefined && types === undefined)
    void follow(
      'clouddriver',
      (options) => gate.clouddriver.events({ query: { application } }, { ...options, identity }),
      (event) => channel.push({ event: 'inventory', data: event.data }),
      channel,
      both,
    );
  try {
    while (!both.aborted && !channel.overfull) yield* await channel.take(both);
  } finally {
    ended.abort();
  }
}
