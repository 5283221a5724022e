/** A scheduled call. */
interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Turns of the event loop after which what was answered in process has surely been taken up. */
const TAKE_UP_TURNS = 3;

/**
 * Time of a pipeline test: it stands still while anything works, and jumps to the next timer when all rest. So six hours
 * of waiting take no time, and the order of what happens is the same in every run.
 */
export class VirtualTime {
  #now: number;
  #order = 0;
  #working = 0;
  #entries: Entry[] = [];

  /** @param start epoch milliseconds */
  constructor(start: number) {
    this.#now = start;
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Runs `fn` once after `ms`; the answer cancels it. */
  after(ms: number, fn: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, ms), order: this.#order++, run: fn };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** Something works until the answer is called: time stands still. */
  begin(): () => void {
    this.#working++;
    let ended = false;
    return () => {
      if (!ended) this.#working--;
      ended = true;
    };
  }

  /** Runs work in which time passes by `sleep` alone. */
  async work<T>(run: () => Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await run();
    } finally {
      end();
    }
  }

  /** Waits within `work`; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#working--;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel();
        this.#working++;
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', abort);
        this.#working++;
        resolve();
      });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Resolves when nothing works any more but for timers. */
  async rest(): Promise<void> {
    for (let quiet = 0; quiet < TAKE_UP_TURNS; quiet = this.#working > 0 ? 0 : quiet + 1)
      await new Promise((resolve) => void setImmediate(resolve));
  }

  /** When the next timer is due (epoch ms), or undefined. */
  get next(): number | undefined {
    return this.#first()?.at;
  }

  /** Jumps to the next timer and runs it; false when there is none. */
  step(): boolean {
    const first = this.#first();
    if (!first) return false;
    this.#entries = this.#entries.filter((other) => other !== first);
    this.#now = Math.max(this.#now, first.at);
    first.run();
    return true;
  }

  #first(): Entry | undefined {
    return this.#entries.reduce<Entry | undefined>(
      (first, entry) =>
        !first || entry.at < first.at || (entry.at === first.at && entry.order < first.order) ? entry : first,
      undefined,
    );
  }
}
