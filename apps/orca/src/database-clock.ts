import type { Clock } from '@gennaker/service/clock';
import { steadyMs } from '@gennaker/service/clock';
import type { Queryable } from '@gennaker/store/database';

/** How often PostgreSQL is asked, ms; sooner again when it did not answer. */
const EVERY_MS = 10_000;
const AGAIN_MS = 1_000;
/** Differences up to this one are left alone, ms. */
const NOISE_MS = 2;

/**
 * Time as PostgreSQL tells it, so that all orca processes agree on it: asked now and then, and carried on in between by
 * what nobody can set. A process whose machine's clock is wrong, or jumps, neither wakes executions at other times nor
 * writes other times than its fellows.
 */
export class DatabaseClock implements Clock {
  readonly #db: Queryable;
  readonly #machine: Clock;
  /** Time of day less steady time, ms. */
  #ahead: number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Until PostgreSQL has answered, the machine's time counts as it is at this moment. */
  constructor(db: Queryable, machine: Clock) {
    this.#db = db;
    this.#machine = machine;
    this.#ahead = machine.now() - steadyMs();
  }

  now(): number {
    return Math.floor(steadyMs() + this.#ahead);
  }

  after(ms: number, fn: () => void): () => void {
    return this.#machine.after(ms, fn);
  }

  /** Asks PostgreSQL, and again and again from now on. Settles after the first answer, or when there was none. */
  async start(): Promise<void> {
    const pause = await this.look().then(
      () => EVERY_MS,
      () => AGAIN_MS,
    );
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.start(), pause);
    this.#timer.unref();
  }

  /** Asks PostgreSQL once, and follows it where it differs by more than the answer's way can explain. */
  async look(): Promise<void> {
    const asked = steadyMs();
    const { rows } = await this.#db.query<{ now: number }>({
      name: 'orca-time',
      text: 'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
    });
    const answered = steadyMs();
    const now = rows[0]?.now;
    if (now === undefined) return;
    const off = now - (asked + answered) / 2 - this.#ahead;
    if (Math.abs(off) > (answered - asked) / 2 + NOISE_MS) this.#ahead += off;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
