import type { Database } from '@gennaker/store/database';
import type { Logger } from 'pino';

const EVERY_MS = 500;
const BATCH = 200;

/**
 * The safety net: finds executions that nobody works on though something is due, and has them claimed. It recovers from
 * a lost Redis, lost jobs and killed workers; `rescues` counts what it found, by cause.
 */
export class Sweeper {
  readonly rescues: Record<string, number> = {};
  readonly #db: Database;
  readonly #ring: (id: string) => Promise<void>;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #troubled = false;

  constructor(db: Database, ring: (id: string) => Promise<void>, log: Logger) {
    this.#db = db;
    this.#ring = ring;
    this.#log = log;
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
      await this.sweep();
      this.#troubled = false;
    } catch (error) {
      if (!this.#troubled) this.#log.warn({ err: error }, 'the sweeper cannot read the executions; it goes on trying');
      this.#troubled = true;
    }
    if (!this.#stopped) this.start();
  }

  /** One look. The delays leave the bell its time, so that without faults nothing is found. */
  async sweep(): Promise<number> {
    const { rows } = await this.#db.pool.query<{ id: string; cause: string }>({
      name: 'orca-sweep',
      text: `select id, cause from (
               select id, case
                 when owner is not null then 'claim expired'
                 when status = 'NOT_STARTED' and created_at < now() - interval '1 second' then 'never claimed'
                 when wake_at < now() - interval '700 milliseconds' then 'timer'
                 when mail_seq > mail_applied and mail_at < now() - interval '1 second' then 'mail'
               end cause
               from orca.executions
               where not complete and (owner is null or claim_expires < now())
             ) found where cause is not null limit ${BATCH}`,
    });
    for (const { id, cause } of rows) {
      this.rescues[cause] = (this.rescues[cause] ?? 0) + 1;
      await this.#ring(id);
    }
    if (rows.length > 0)
      this.#log.info({ found: rows.length, cause: rows[0]?.cause }, 'the sweeper took up executions');
    return rows.length;
  }
}
