/** From so many on, half of what waits goes: while the database works on the one half, the other's owners can go on. */
const WORTH_HALVING = 32;

/**
 * Pieces of work that are handed in one by one and done together: one batch is under way at most, and whatever arrives
 * meanwhile goes into the next. `work` never rejects; it answers how to tell everybody of its batch what became of it,
 * which is done after the next batch has left, so that the two go on side by side.
 */
export class Batches<T> {
  readonly #most: number;
  readonly #work: (batch: readonly T[]) => Promise<() => void>;
  readonly #queue: T[] = [];
  #working = false;

  constructor(most: number, work: (batch: readonly T[]) => Promise<() => void>) {
    this.#most = most;
    this.#work = work;
  }

  /** Hands in a piece of work. */
  add(piece: T): void {
    this.#queue.push(piece);
    if (this.#working) return;
    this.#working = true;
    // After the promises at hand have gone on: what comes of them shares the batch, and nobody waits for others.
    process.nextTick(() => void this.#run());
  }

  async #run(): Promise<void> {
    let tell: (() => void) | undefined;
    while (this.#queue.length > 0) {
      const waiting = this.#queue.length;
      const size = Math.min(this.#most, waiting < WORTH_HALVING ? waiting : Math.ceil(waiting / 2));
      const doing = this.#work(this.#queue.splice(0, size));
      if (tell) process.nextTick(tell);
      tell = await doing;
    }
    this.#working = false;
    tell?.();
  }
}
