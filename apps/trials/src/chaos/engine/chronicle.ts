import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@gennaker/client/client';
import { executionEventSchema } from '@gennaker/contracts/execution';
import { orcaApi } from '@gennaker/contracts/orca';

/** Where the stream of a new database begins. */
const BEGINNING = '0-0';

/** Follows the event stream of one orca or the other, on from the last event it saw, and knows what every execution went through. */
export class Chronicle {
  /** When the last event of an execution arrived, epoch ms. */
  readonly lastAt = new Map<string, number>();
  /** What the stream told that it must never tell. */
  readonly faults: string[] = [];
  readonly #sequences = new Map<string, number>();
  readonly #ended = new Set<string>();
  readonly #urls: readonly string[];
  readonly #closing = new AbortController();
  readonly #following: Promise<void>;
  #cursor = BEGINNING;
  #turn = 0;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
    this.#following = this.#follow();
  }

  /** Executions whose end it has not told yet, also those that others have started. */
  get open(): readonly string[] {
    return [...this.#sequences.keys()].filter((id) => !this.#ended.has(id));
  }

  /** Sequence of an execution's last event. */
  sequenceOf(id: string): number {
    return this.#sequences.get(id) ?? 0;
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const orca = createClient(orcaApi, { baseUrl: this.#urls[this.#turn++ % this.#urls.length] ?? '' });
      // A process that is stopped keeps its connections and says nothing: the other one is asked before long.
      const patience = new AbortController();
      let timer = setTimeout(() => patience.abort(), SILENCE_MS);
      try {
        const events = await orca.events(
          { query: { after: this.#cursor } },
          { signal: AbortSignal.any([signal, patience.signal]) },
        );
        for await (const { id, data } of events) {
          clearTimeout(timer);
          timer = setTimeout(() => patience.abort(), SILENCE_MS);
          this.#take(executionEventSchema.parse(data));
          if (id !== undefined) this.#cursor = id;
        }
      } catch {
        // Whatever ended the connection, the next goes on behind the last event.
      }
      clearTimeout(timer);
      await sleep(100);
    }
  }

  #take({ executionId, sequence, type }: { executionId: string; sequence: number; type: string }): void {
    const before = this.sequenceOf(executionId);
    if (sequence !== before + 1)
      this.faults.push(`${executionId}: event ${sequence} (${type}) came after event ${before}`);
    if (type === 'ExecutionRestarted') this.#ended.delete(executionId);
    if (this.#ended.has(executionId)) this.faults.push(`${executionId}: ${type} came after its end`);
    if (type === 'ExecutionCompleted') this.#ended.add(executionId);
    this.#sequences.set(executionId, sequence);
    this.lastAt.set(executionId, Date.now());
  }
}

const SILENCE_MS = 3_000;
