/** Collects what arrives while a statement is under way, and sends all of it with the next. */
export class Batcher<T, R> {
  readonly #send: (items: readonly T[]) => Promise<readonly R[]>;
  #waiting: { item: T; done: (result: R) => void; failed: (error: unknown) => void }[] = [];
  #busy = false;

  /** `send` answers a result for each item, in their order. */
  constructor(send: (items: readonly T[]) => Promise<readonly R[]>) {
    this.#send = send;
  }

  add(item: T): Promise<R> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      if (!this.#busy) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, 500);
      try {
        const results = await this.#send(batch.map(({ item }) => item));
        for (const [index, { done, failed }] of batch.entries()) {
          const result = results[index];
          if (result === undefined) failed(new Error('A batch answered less than it was asked'));
          else done(result);
        }
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#busy = false;
  }
}
