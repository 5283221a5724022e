import type { Queryable } from '@gennaker/store/database';
import type { Logger } from 'pino';
import { MAX_FAILURES } from './claims.ts';

const EVERY_MS = 500;
const BATCH = 200;

/** What the sweeper works with. */
export interface SweeperParts {
  readonly db: Queryable;
  /** Looks at an execution; settles when it is known whether it could be claimed. */
  ring(id: string): Promise<void>;
  /** False while this process takes nothing. */
  takes(): boolean;
  readonly log: Logger;
}

/**
 * The safety net: finds executions that nobody works on though something is due, and has them claimed. It recovers from
 * a lost Redis, lost jobs and killed workers; `rescues` counts what it found, by cause.
 */
export class Sweeper {
  readonly rescues: Record<string, number> = {};
  readonly #parts: SweeperParts;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #troubled = false;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#round(), EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    try {
      if (this.#parts.takes()) await this.sweep();
      this.#troubled = false;
    } catch (error) {
      if (!this.#troubled)
        this.#parts.log.warn({ err: error }, 'the sweeper cannot read the executions; it goes on trying');
      this.#troubled = true;
    }
    if (!this.#stopped) this.start();
  }

  /** One look, by one range of one index. `due_at` leaves the bell its time, so that without faults nothing is found. */
  async sweep(): Promise<number> {
    const { rows } = await this.#parts.db.query<{ id: string; cause: string }>({
      name: 'orca-sweep',
      text: `select id, case
               when failures > 0 then 'failed before'
               when owner is not null then 'claim expired'
               when status = 'NOT_STARTED' and epoch = 0 then 'never claimed'
               when mail_seq > mail_applied then 'mail'
               else 'timer'
             end cause
             from orca.executions
             where due_at < now() and (owner is null or claim_expires < now()) and failures < ${MAX_FAILURES}
             order by due_at limit ${BATCH}`,
    });
    for (const { cause } of rows) this.rescues[cause] = (this.rescues[cause] ?? 0) + 1;
    await Promise.all(rows.map(({ id }) => this.#parts.ring(id)));
    if (rows.length > 0)
      this.#parts.log.info({ found: rows.length, cause: rows[0]?.cause }, 'the sweeper took up executions');
    return rows.length;
  }
}
