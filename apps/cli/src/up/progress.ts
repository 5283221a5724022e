/** Prints what happens, a line per step with its time. */
export class Progress {
  private readonly write: (text: string) => void;
  private readonly started = performance.now();

  constructor(write: (text: string) => void = (text) => process.stdout.write(text)) {
    this.write = write;
  }

  /** Runs one step; its line appears when it is done, or failed. `work` gets a function that shows where it is. */
  async step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(8);
    let shown = started;
    const detail = (text: string): void => {
      // A line a second is enough to see that something moves.
      if (performance.now() - shown < 1_000) return;
      shown = performance.now();
      this.write(`  …${seconds()}  ${title}: ${text}\n`);
    };
    const slow = setInterval(() => detail('still at it'), 10_000);
    try {
      const result = await work(detail);
      this.write(`  ✓${seconds()}  ${title}\n`);
      return result;
    } catch (error) {
      this.write(`  ✗${seconds()}  ${title}\n`);
      throw error;
    } finally {
      clearInterval(slow);
    }
  }

  /** A line of its own. */
  say(text: string): void {
    this.write(`${text}\n`);
  }

  /** Seconds since the beginning, for people. */
  total(): string {
    return `${((performance.now() - this.started) / 1000).toFixed(1)} s`;
  }
}
