import type { Clock, Timer } from './clock.ts';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that moves only when told to: due timers run in order, and what they started in promises settles before the next one. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #entries = new Set<Entry>();

  /** @param start milliseconds since the epoch at which this clock begins */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const entry = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#entries.size;
  }

  /** Moves time forward by `ms` milliseconds, running everything that falls due on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.at > until) break;
      this.#entries.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = until;
  }

  #next(): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (first === undefined || entry.at < first.at || (entry.at === first.at && entry.order < first.order)) {
        first = entry;
      }
    }
    return first;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
