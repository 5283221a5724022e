import type { Clock } from '@gennaker/service/clock';

/** What a looker does, and how. */
export interface LookerOptions {
  readonly clock: Pick<Clock, 'after'>;
  /** Longest time between two looks, ms. */
  readonly everyMs: number;
  /** Looks once. True: there may be more at once. */
  readonly look: () => Promise<boolean>;
  /** Told of the first of several failures; the next look comes in any case. */
  readonly failed: (why: string) => void;
}

/** Looks for work at once where it is poked, and now and then by itself; one look at a time, and none is lost. */
export class Looker {
  readonly #options: LookerOptions;
  #looking: Promise<void> | undefined;
  #again = false;
  #closed = false;
  #cancel = (): void => {};
  #troubled = false;

  constructor(options: LookerOptions) {
    this.#options = options;
  }

  poke(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#looking ??= this.#work().finally(() => {
      this.#looking = undefined;
      if (this.#closed) return;
      this.#cancel();
      this.#cancel = this.#options.clock.after(this.#options.everyMs, () => this.poke());
      if (this.#again) this.poke();
    });
  }

  /** Looks no more; waits for the look under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#looking;
  }

  async #work(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        if (await this.#options.look()) this.#again = true;
      }
      this.#troubled = false;
    } catch (error) {
      this.#again = false;
      if (this.#troubled) return;
      this.#troubled = true;
      this.#options.failed(error instanceof Error ? error.message : String(error));
    }
  }
}
