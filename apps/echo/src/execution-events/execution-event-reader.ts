import { type ExecutionEvent, executionEventSchema } from '@gennaker/contracts/execution';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Client } from '@gennaker/contracts/route';
import type { Clock } from '@gennaker/service/clock';
import { type Database, inTransaction, type Queryable } from '@gennaker/store/database';

/** Writes what comes of an event; runs inside the transaction that moves the cursor past it. */
export type Write = (client: Queryable) => Promise<void>;

/** Somebody whom events of executions are told: one after the other, in the order of orca's stream. */
export interface ExecutionEventListener {
  /** Its cursor is kept under this name, which never changes. */
  readonly name: string;
  /** The types of events that it wants. `ExecutionCreated` and `ExecutionCompleted` cost orca least. */
  readonly types: readonly string[];
  /**
   * Looks at one event and answers what to write; undefined: nothing. The write and the move of the cursor are one
   * commit, so that what is written is written exactly once; everything else here happens at least once. While it throws,
   * the same event comes again after a pause, and none behind it.
   */
  take(event: ExecutionEvent): Promise<Write | undefined>;
  /** What it wrote was committed. */
  committed?(): void;
}

/** What a reader of the stream is made of. */
export interface ReaderParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly orca: Pick<Client<typeof orcaApi>, 'events' | 'eventsPosition'>;
  readonly log: { warn(message: string): void };
  /** Name of this process among its like. */
  readonly owner: string;
}

/** Time that a process reads alone without a sign of life, s. */
const OWNED_SECONDS = 15;
const SAVE_MS = 2_000;
/** Orca looks so often for what happened, ms: nobody waits for a listener, and the engine has better things to do. */
const PACE_MS = 100;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Another process has taken over: what was read here is read there. */
class TakenOver extends Error {}

/**
 * Tells a listener the events of executions from orca's stream, from where its cursor is; new listeners begin now. Of
 * several processes one reads, and another goes on when it dies. A move of the cursor by anybody else undoes the write, so
 * that two who read at the same moment write once. Events that nothing is written for move the cursor in memory, and every
 * two seconds in PostgreSQL. The answer stops reading and waits for the event that is being taken.
 */
export function readExecutionEvents(parts: ReaderParts, listener: ExecutionEventListener): { close(): Promise<void> } {
  const reader = new Reader(parts, listener);
  const done = reader.run();
  return {
    async close() {
      reader.stop();
      await done;
    },
  };
}

class Reader {
  readonly #parts: ReaderParts;
  readonly #listener: ExecutionEventListener;
  readonly #stopped = new AbortController();
  /** The cursor in PostgreSQL, and the one to come there. */
  #saved = '';
  #read = '';
  #saving: Promise<void> = Promise.resolve();
  #pauseMs = FIRST_PAUSE_MS;
  #troubled = false;

  constructor(parts: ReaderParts, listener: ExecutionEventListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        if (await this.#own()) await this.#follow();
        else this.#pauseMs = SAVE_MS;
      } catch (error) {
        if (!signal.aborted && !(error instanceof TakenOver)) this.#report(error);
      }
      await this.#pause(signal);
    }
    await this.#giveUp().catch(() => undefined);
  }

  /** Takes or keeps the right to read; false while another process has it. */
  async #own(): Promise<boolean> {
    const { name } = this.#listener;
    const { pool } = this.#parts.db;
    const known = await pool.query('select from echo.cursors where name = $1', [name]);
    if (known.rowCount === 0) {
      const { cursor } = await this.#parts.orca.eventsPosition({}, { signal: this.#stopped.signal });
      await pool.query('insert into echo.cursors (name, cursor) values ($1, $2) on conflict do nothing', [
        name,
        cursor,
      ]);
    }
    const { rows } = await pool.query<{ cursor: string }>(
      `update echo.cursors set owner = $2, owned_until = now() + make_interval(secs => $3)
       where name = $1 and (owner is null or owner = $2 or owned_until < now()) returning cursor`,
      [name, this.#parts.owner, OWNED_SECONDS],
    );
    if (rows[0] === undefined) return false;
    this.#saved = this.#read = rows[0].cursor;
    return true;
  }

  async #follow(): Promise<void> {
    const ended = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, ended.signal]);
    let lost: unknown;
    let cancel = (): void => {};
    const keep = (): void => {
      cancel = this.#parts.clock.after(SAVE_MS, () => {
        this.#save().then(keep, (error: unknown) => {
          lost = error;
          ended.abort();
        });
      });
    };
    keep();
    try {
      const query = { after: this.#read, types: this.#listener.types.join(','), pace: PACE_MS };
      for await (const { data } of await this.#parts.orca.events({ query }, { signal })) {
        if (signal.aborted) break;
        await this.#take(executionEventSchema.parse(data));
        this.#pauseMs = FIRST_PAUSE_MS;
        this.#troubled = false;
      }
      if (lost !== undefined) throw lost;
      if (!this.#stopped.signal.aborted) throw new Error('the stream ended');
    } catch (error) {
      throw lost ?? error;
    } finally {
      cancel();
      ended.abort();
      await this.#saving.catch(() => undefined);
    }
  }

  async #take(event: ExecutionEvent): Promise<void> {
    const write = await this.#listener.take(event);
    if (write === undefined) {
      this.#read = event.cursor;
      return;
    }
    await this.#save(write, event.cursor);
    this.#listener.committed?.();
  }

  /** Moves the cursor in PostgreSQL, one move after the other. @throws TakenOver when somebody else has moved it */
  #save(write?: Write, past?: string): Promise<void> {
    const saving = this.#saving
      .catch(() => undefined)
      .then(async () => {
        // What only keeps the right to read must not turn back what was written after it began.
        const cursor = past ?? this.#read;
        await inTransaction(this.#parts.db, async (client) => {
          const moved = await client.query(
            `update echo.cursors set cursor = $4, owned_until = now() + make_interval(secs => $5)
             where name = $1 and owner = $2 and cursor = $3`,
            [this.#listener.name, this.#parts.owner, this.#saved, cursor, OWNED_SECONDS],
          );
          if (moved.rowCount !== 1) throw new TakenOver();
          await write?.(client);
        });
        this.#saved = cursor;
        if (past !== undefined) this.#read = past;
      });
    this.#saving = saving;
    return saving;
  }

  /** Lets another process go on at once. */
  async #giveUp(): Promise<void> {
    await this.#parts.db.pool.query(
      `update echo.cursors set owner = null, cursor = $4 where name = $1 and owner = $2 and cursor = $3`,
      [this.#listener.name, this.#parts.owner, this.#saved, this.#read],
    );
  }

  #report(error: unknown): void {
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    if (this.#troubled) return;
    this.#troubled = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.log.warn(`Events of executions do not reach ${this.#listener.name} (${reason}); trying again.`);
  }

  #pause(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#parts.clock.after(this.#pauseMs, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
