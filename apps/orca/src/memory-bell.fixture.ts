import type { Bell, BellListener } from './bell.ts';

interface Seat {
  readonly listener: BellListener;
  on: boolean;
}

/** The doorbell of several processes, in memory: what Redis is to those on BullMQ. */
export class MemoryBells {
  readonly #seats = new Set<Seat>();
  /** Rings that wait for a listener or for their time, by what makes a repeat harmless. */
  readonly #pending = new Map<string, { readonly id: string; readonly timer: NodeJS.Timeout | undefined }>();
  #turn = 0;
  #rings = 0;
  #away = false;

  /** Nothing rings while it is away, and what was to ring is forgotten. */
  setAway(away: boolean): void {
    this.#away = away;
    if (!away) return;
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }

  /** The bell of one process. */
  open(listener: BellListener): Bell {
    const seat: Seat = { listener, on: true };
    this.#seats.add(seat);
    return {
      ring: (id, delayMs = 0, once) => this.#ring(id, delayMs, once ?? `ring ${this.#rings++}`),
      announceMail: (id, seq) => this.#tell((one) => one.mail(id, seq)),
      announceEvents: () => this.#tell((one) => one.events()),
      listen: (on) => {
        seat.on = on;
        if (on) for (const [key, { timer }] of this.#pending) if (timer === undefined) this.#deliver(key);
      },
      close: async () => void this.#seats.delete(seat),
    };
  }

  #ring(id: string, delayMs: number, key: string): void {
    if (this.#away || this.#pending.has(key)) return;
    if (delayMs <= 0) {
      this.#pending.set(key, { id, timer: undefined });
      return this.#deliver(key);
    }
    const timer = setTimeout(() => {
      this.#pending.set(key, { id, timer: undefined });
      this.#deliver(key);
    }, delayMs);
    this.#pending.set(key, { id, timer });
  }

  /** To one that takes rings, in turn; a ring that nobody takes stays. */
  #deliver(key: string): void {
    setImmediate(() => {
      const takers = [...this.#seats].filter((seat) => seat.on);
      const taker = takers[this.#turn++ % takers.length];
      const ring = this.#pending.get(key);
      if (!ring || !taker) return;
      this.#pending.delete(key);
      void taker.listener.rung(ring.id);
    });
  }

  #tell(what: (listener: BellListener) => void): void {
    if (this.#away) return;
    setImmediate(() => {
      for (const { listener } of this.#seats) what(listener);
    });
  }
}
