import type { Database, Queryable } from './database.ts';
import { schemaName } from './schema-name.ts';

/** What a caller wants sent: an HTTP request to another service under an idempotency key. */
export interface OutboxMessage {
  /** Idempotency key: a second message with a key that still waits is dropped. */
  key: string;
  /** The receiving service, as `deliver` knows it. Messages to one target leave in the order of their rows. */
  target: string;
  method: string;
  path: string;
  body: unknown;
  /** Trace context (`traceparent`) of what caused it. */
  trace?: string | null;
}

/** A message on its way; `attempts` counts this one too. */
export interface OutboxDelivery extends OutboxMessage {
  id: string;
  attempts: number;
}

/** The receiver's answer: its HTTP status, and a sentence that goes with a refusal. */
export interface DeliveryResult {
  status: number;
  reason?: string | undefined;
}

/** How an outbox is made. */
export interface OutboxOptions {
  db: Database;
  /** PostgreSQL schema with the `outbox` table. */
  schema: string;
  /** Sends one message and answers the HTTP status; throwing means that nobody answered. */
  deliver: (message: OutboxDelivery) => Promise<DeliveryResult>;
  /** Milliseconds since 1970; decides when a retry is due. */
  clock?: { now(): number };
  /** Told about messages that are given up, and about trouble with the database. */
  log?: { warn(message: string): void };
  /** Longest time between two looks at the table, ms. */
  pollMs?: number;
  /** A delivery that takes longer than this may be started again elsewhere, ms. */
  leaseMs?: number;
}

/** Messages that leave after the commit. */
export interface Outbox {
  /** Writes a message inside the caller's transaction. Nothing is sent before it commits. */
  enqueue(client: Queryable, message: OutboxMessage): Promise<void>;
  /**
   * The statement that writes messages, for those who write them together with rows of their own: a column of a table, view
   * or CTE holds each as JSON, or null for none; `now` is a parameter with the epoch milliseconds of the clock.
   */
  insertion(rows: string, column: string, now: string): string;
  /** Says that something was committed: the relay looks at once. Never throws, never waits. */
  poke(): void;
  /** Stops sending; waits for what is on its way. */
  close(): Promise<void>;
}

const batchSize = 50;

/** Time before attempt n+1 in ms: 0.1 s doubling up to 15 s, with up to 20% more so that senders spread. */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const base = Math.min(100 * 2 ** Math.min(attempts - 1, 10), 15_000);
  return Math.round(base * (1 + 0.2 * random()));
}

/** True when a repeat of the same request cannot help: a 4xx other than 408 (timeout) and 429 (too many). */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/**
 * Starts the relay of `<schema>.outbox`: sends rows in order per target, deletes a row on 2xx, keeps it with its reason
 * on a refusal (`dead_reason`), tries again with backoff otherwise. Any number of processes may relay one table: a row
 * is leased by moving its `next_at`, and only the head of a target may be leased. A crash between sending and deleting
 * sends again with the same key; the receiver's inbox makes that harmless.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  return new Relay(options);
}

class Relay implements Outbox {
  private readonly table: string;
  private readonly db: Database;
  private readonly options: OutboxOptions;
  private readonly now: () => number;
  private readonly draining = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private closed = false;
  private troubled = false;

  constructor(options: OutboxOptions) {
    this.options = options;
    this.table = `${schemaName(options.schema)}.outbox`;
    this.db = options.db;
    this.now = () => options.clock?.now() ?? Date.now();
    this.schedule(0);
  }

  async enqueue(client: Queryable, message: OutboxMessage): Promise<void> {
    await client.query(`with messages as (select $1::json as message) ${this.insertion('messages', 'message', '$2')}`, [
      JSON.stringify(message),
      this.now(),
    ]);
  }

  insertion(rows: string, column: string, now: string): string {
    const text = (field: string): string => `${column} ->> '${field}'`;
    return `insert into ${this.table} (key, target, method, path, body, trace, next_at)
      select ${text('key')}, ${text('target')}, ${text('method')}, ${text('path')}, coalesce(${column} -> 'body', 'null')::jsonb,
        ${text('trace')}, to_timestamp(${now}::double precision / 1000)
      from ${rows} where ${column} is not null on conflict (key) do nothing`;
  }

  poke(): void {
    if (this.closed) return;
    this.lookAgain = true;
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.looking;
    await Promise.all(this.draining.values());
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    this.timer = setTimeout(() => this.poke(), ms);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const poll = this.options.pollMs ?? 1_000;
    let wait = poll;
    try {
      while (this.lookAgain && !this.closed) {
        this.lookAgain = false;
        wait = Math.min(poll, await this.startDue());
      }
      this.troubled = false;
    } catch (error) {
      this.report('cannot be read', error);
    }
    this.schedule(wait);
  }

  /** Starts a drain for every target whose head is due; answers the ms until the next head is due. */
  private async startDue(): Promise<number> {
    const heads = await this.db.pool.query<{ target: string; due: number }>({
      name: `outbox-heads-${this.options.schema}`,
      text: `select distinct on (target) target, (extract(epoch from next_at) * 1000)::float8 as due
             from ${this.table} where dead_reason is null order by target, id`,
    });
    let wait = Number.POSITIVE_INFINITY;
    for (const { target, due } of heads.rows) {
      const inMs = due - this.now();
      if (inMs > 0) wait = Math.min(wait, inMs + 1);
      else if (this.draining.has(target)) this.again.add(target);
      else this.draining.set(target, this.drain(target));
    }
    return wait;
  }

  private async drain(target: string): Promise<void> {
    try {
      do {
        this.again.delete(target);
        while (!this.closed && (await this.sendBatch(target)));
      } while (this.again.has(target) && !this.closed);
    } catch (error) {
      this.report(`to ${target} stopped`, error);
      this.schedule(this.options.pollMs ?? 1_000);
      return;
    } finally {
      this.draining.delete(target);
      this.again.delete(target);
    }
    // What was committed since the last batch was read must not wait for the poll.
    this.poke();
  }

  /** Leases rows from the head of a target and sends them; false when there are no more of them or one failed. */
  private async sendBatch(target: string): Promise<boolean> {
    const rows = await this.lease(target);
    const sent: OutboxDelivery[] = [];
    let failed = false;
    for (const row of rows) {
      const result = this.closed ? undefined : await this.send(row);
      if (result === 'sent') {
        sent.push(row);
        continue;
      }
      if (result === 'dead') continue;
      failed = true;
      await this.release(rows.slice(rows.indexOf(row) + (result ? 1 : 0)));
      break;
    }
    if (sent.length > 0)
      await this.db.pool.query({
        name: `outbox-sent-${this.options.schema}`,
        text: `delete from ${this.table} where id = any($1)`,
        values: [sent.map((row) => row.id)],
      });
    return rows.length === batchSize && !failed;
  }

  /**
   * Locking the head puts relays in a row: whoever waited for it sees when it is due now, and nothing if another leased it.
   */
  private async lease(target: string): Promise<OutboxDelivery[]> {
    const { rows } = await this.db.pool.query<OutboxDelivery>({
      name: `outbox-lease-${this.options.schema}`,
      text: `with head as materialized (
           select next_at from ${this.table} where target = $1 and dead_reason is null order by id limit 1 for update
         ), batch as (
           select id from ${this.table} where target = $1 and dead_reason is null order by id limit ${batchSize}
         ), leased as (
           update ${this.table} o
           set next_at = to_timestamp(($2::double precision + $3) / 1000), attempts = attempts + 1
           from head, batch
           where head.next_at <= to_timestamp($2::double precision / 1000) and o.id = batch.id and o.dead_reason is null
           returning o.id, o.key, o.target, o.method, o.path, o.body, o.trace, o.attempts
         ) select * from leased order by id`,
      values: [target, this.now(), this.options.leaseMs ?? 60_000],
    });
    return rows;
  }

  private async send(row: OutboxDelivery): Promise<'sent' | 'dead' | 'later'> {
    let result: DeliveryResult;
    try {
      result = await this.options.deliver(row);
    } catch {
      result = { status: 0 };
    }
    if (result.status >= 200 && result.status < 300) return 'sent';
    if (isRefusal(result.status)) {
      const reason = `${row.method} ${row.path} was refused by ${row.target} with ${result.status}${result.reason ? `: ${result.reason}` : ''}`;
      this.options.log?.warn(`Message ${row.key} is given up: ${reason}`);
      await this.db.pool.query(`update ${this.table} set dead_reason = $2 where id = $1`, [row.id, reason]);
      return 'dead';
    }
    const due = this.now() + backoffMs(row.attempts);
    await this.db.pool.query(
      `update ${this.table} set next_at = to_timestamp($2::double precision / 1000) where id = $1 and attempts = $3`,
      [row.id, due, row.attempts],
    );
    return 'later';
  }

  /** Gives leased rows back that were not sent; they wait behind the head. */
  private async release(rows: OutboxDelivery[]): Promise<void> {
    if (rows.length === 0) return;
    await this.db.pool.query(
      `update ${this.table} set next_at = to_timestamp($2::double precision / 1000), attempts = attempts - 1 where id = any($1)`,
      [rows.map((row) => row.id), this.now()],
    );
  }

  private report(what: string, error: unknown): void {
    if (this.troubled || this.closed) return;
    this.troubled = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.options.log?.warn(`Outbox ${this.options.schema} ${what} (${reason}); trying again every second.`);
  }
}
