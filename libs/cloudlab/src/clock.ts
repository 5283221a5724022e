/** A scheduled call that can be called off. */
export interface Timer {
  /** Calls the timer off; a timer that fired already ignores it. */
  cancel(): void;
}

/** The only source of time in cloudlab: everything that waits goes through it, so that a test can run a day in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once, `ms` milliseconds from now (negative counts as 0). */
  after(ms: number, run: () => void): Timer;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const handle = setTimeout(run, Math.max(0, ms));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves `ms` milliseconds from now on that clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
