import type { Clock } from '@gennaker/service/clock';
import type { Queryable } from '@gennaker/store/database';
import { SWEEP_AFTER_MS } from './transition.ts';

const EVERY_MS = 30_000;
/** A look reaches further than to the next one, so that nothing falls between two. */
const AHEAD_MS = 75_000;
const BATCH = 5_000;

/**
 * Executions that are due long after they were given back wait in PostgreSQL alone. Every half minute this finds those
 * that are due next and has them rung on time.
 */
export class Almanac {
  readonly #db: Queryable;
  readonly #clock: Clock;
  readonly #ringAt: (id: string, at: number, once: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(db: Queryable, clock: Clock, ringAt: (id: string, at: number, once: string) => void) {
    this.#db = db;
    this.#clock = clock;
    this.#ringAt = ringAt;
  }

  start(): void {
    void this.#round();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    // A database that is away is asked again; the sweeper finds what is late by then.
    await this.look().catch(() => undefined);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#round(), EVERY_MS);
    this.#timer.unref();
  }

  /** One look: the number of executions that will be rung. */
  async look(): Promise<number> {
    const { rows } = await this.#db.query<{ id: string; epoch: number; ms: number }>({
      name: 'orca-almanac',
      text: `select id, epoch, extract(epoch from due_at - clock_timestamp())::float8 * 1000 as ms from orca.executions
             where due_at > now() + interval '1 second' and due_at < now() + $1 * interval '1 millisecond' and owner is null
             order by due_at limit ${BATCH}`,
      values: [AHEAD_MS],
    });
    const now = this.#clock.now();
    for (const { id, epoch, ms } of rows) this.#ringAt(id, now + ms - SWEEP_AFTER_MS, `${id}-${epoch}`);
    return rows.length;
  }
}
