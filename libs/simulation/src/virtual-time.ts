/** A scheduled call. */
interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** How long may be waited for something: virtual time, and real time, both ms. */
interface Limits {
  readonly virtualMs: number;
  readonly realMs: number;
}

/** What was waited for does not come. */
export class NeverEnds extends Error {}

/** Turns of the event loop after which what was answered in process has surely been taken up. */
const TAKE_UP_TURNS = 3;

/**
 * Time of a simulation: it stands still while anything works, and jumps to the next timer when all rest. So six hours
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

  /** Lets time go on until something is so. @throws NeverEnds with a sentence that lacks its subject */
  async until(done: () => boolean, { virtualMs, realMs }: Limits): Promise<void> {
    const end = this.#now + virtualMs;
    const begun = performance.now();
    for (;;) {
      if (!(await this.#rests(realMs - (performance.now() - begun)))) break;
      if (done()) return;
      const { next } = this;
      if (next === undefined) throw new NeverEnds('waits for something that never comes');
      if (next > end) throw new NeverEnds(`did not end in ${inWords(virtualMs)}`);
      this.step();
    }
    throw new NeverEnds(`did not end in ${inWords(realMs)} of real time`);
  }

  /** Runs work to its end, while time goes on. @throws NeverEnds, or what the work throws */
  async finish<T>(work: () => Promise<T>, limits: Limits): Promise<T> {
    let over = false;
    const working = this.work(work).finally(() => (over = true));
    working.catch(() => undefined);
    await this.until(() => over, limits);
    return working;
  }

  /** Waits until all rest; false: that takes longer than `ms` of real time. */
  async #rests(ms: number): Promise<boolean> {
    const end = performance.now() + ms;
    for (let quiet = 0; quiet < TAKE_UP_TURNS; quiet = this.#working > 0 ? 0 : quiet + 1) {
      if (performance.now() > end) return false;
      await new Promise((resolve) => void setImmediate(resolve));
    }
    return true;
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

function inWords(ms: number): string {
  return ms % 86_400_000 === 0 ? `${ms / 86_400_000} days` : `${ms / 1000} s`;
}
