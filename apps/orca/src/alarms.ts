import type { Clock } from '@gennaker/service/clock';

interface Alarm {
  readonly id: string;
  readonly at: number;
}

/** Most alarms of a process: what comes on top is rung by the bell. */
const CAPACITY = 10_000;

/** Alarms of this process, one per execution, in one heap under one timer. Lost with the process: the sweeper then finds what was due. */
export class Alarms {
  readonly #clock: Clock;
  readonly #ring: (id: string) => void;
  readonly #heap: Alarm[] = [];
  /** When each execution is to be rung; older entries of the heap are passed over. */
  readonly #at = new Map<string, number>();
  #cancel: (() => void) | undefined;
  #armed = Infinity;

  constructor(clock: Clock, ring: (id: string) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings for an execution at a time (epoch ms). False: there is no room. */
  set(id: string, at: number): boolean {
    if (this.#heap.length >= CAPACITY) return false;
    this.#at.set(id, at);
    this.#push({ id, at });
    this.#arm();
    return true;
  }

  /** True when an alarm for the execution is set. */
  has(id: string): boolean {
    return this.#at.has(id);
  }

  /** Forgets every alarm. */
  close(): void {
    this.#cancel?.();
    this.#heap.length = 0;
    this.#at.clear();
  }

  #arm(): void {
    const next = this.#heap[0]?.at ?? Infinity;
    if (next >= this.#armed) return;
    this.#cancel?.();
    this.#armed = next;
    this.#cancel = this.#clock.after(Math.max(0, next - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#armed = Infinity;
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first && first.at <= now; first = this.#heap[0]) {
      this.#pop();
      if (this.#at.get(first.id) !== first.at) continue;
      this.#at.delete(first.id);
      this.#ring(first.id);
    }
    this.#arm();
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap;
    let index = heap.push(alarm) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || above.at <= alarm.at) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = alarm;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = heap[left + 1];
      const child = right && right.at < (heap[left]?.at ?? Infinity) ? left + 1 : left;
      const below = heap[child];
      if (!below || below.at >= last.at) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}
