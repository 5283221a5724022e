import type { Subscription } from '@gennaker/service/trigger-settings';
import { inTransaction } from '@gennaker/store/database';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Echo } from '../echo.ts';
import { matchStored, storeEvents } from '../events/store-events.ts';
import { deadLetters, readMessage, type StreamEntry } from './read-message.ts';

/** How a subscription is read. */
export interface Reading {
  /** Opens a connection of its own, as reading blocks it. @throws Error that says why it cannot */
  readonly connect: () => Promise<Redis>;
  /** Name of this process among its like. */
  readonly consumer: string;
  /** Time after which a message that another process took and did not finish is taken over, ms. */
  readonly takeOverMs?: number;
  /** Longest time that one look for messages waits, ms. */
  readonly blockMs?: number;
}

const AT_ONCE = 100;
const TAKE_OVER_MS = 60_000;
const BLOCK_MS = 5_000;
const AGAIN_MS = 1_000;
/** Dead letters that a stream keeps, about. */
const DEAD_KEPT = 10_000;

const entrySchema = z.tuple([z.string(), z.array(z.string()).nullable()]);
const streamsSchema = z.array(z.tuple([z.string(), z.array(entrySchema)])).nullable();
const claimedSchema = z.tuple([z.string(), z.array(entrySchema.nullable())]).rest(z.unknown());

/**
 * Reads a stream as a member of its consumer group, for ever. A message is acknowledged after its event is stored, so that
 * none is lost, and its id is the event's key, so that none counts twice. A group that is new begins with what is sent from
 * now on. One that was lost while this process reads begins with the stream. The answer stops reading.
 */
export function subscribe(echo: Echo, subscription: Subscription, reading: Reading): { close(): Promise<void> } {
  const reader = new StreamReader(echo, subscription, reading);
  const done = reader.run();
  return {
    async close() {
      reader.stop();
      await done;
    },
  };
}

class StreamReader {
  readonly #echo: Echo;
  readonly #subscription: Subscription;
  readonly #reading: Reading;
  readonly #stopped = new AbortController();
  #redis: Redis | undefined;
  #troubled = false;
  #takeOverAt = 0;

  constructor(echo: Echo, subscription: Subscription, reading: Reading) {
    this.#echo = echo;
    this.#subscription = subscription;
    this.#reading = reading;
  }

  stop(): void {
    this.#stopped.abort();
    // A read that waits ends at once.
    this.#redis?.disconnect();
  }

  async run(): Promise<void> {
    const { signal } = this.#stopped;
    let begin = '$';
    while (!signal.aborted) {
      try {
        this.#redis ??= await this.#reading.connect();
        if (signal.aborted) break;
        await this.#makeGroup(this.#redis, begin);
        begin = '0';
        await this.#follow(this.#redis);
      } catch (error) {
        if (signal.aborted) break;
        this.#report(error);
        await this.#pause();
      }
    }
    this.#redis?.disconnect();
  }

  async #makeGroup(redis: Redis, begin: string): Promise<void> {
    const { stream, group } = this.#subscription;
    await redis.xgroup('CREATE', stream, group, begin, 'MKSTREAM').catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error;
    });
  }

  async #follow(redis: Redis): Promise<void> {
    const { stream, group } = this.#subscription;
    const { consumer, blockMs = BLOCK_MS } = this.#reading;
    // What this process took before it was restarted is its own still.
    for (let own = await this.#readOwn(redis); own.length > 0; own = await this.#readOwn(redis))
      await this.#take(redis, own);
    while (!this.#stopped.signal.aborted) {
      await this.#takeOver(redis);
      const answer: unknown = await redis.xreadgroup(
        'GROUP',
        group,
        consumer,
        'COUNT',
        AT_ONCE,
        'BLOCK',
        blockMs,
        'STREAMS',
        stream,
        '>',
      );
      await this.#take(redis, entriesOf(answer));
      this.#troubled = false;
    }
  }

  async #readOwn(redis: Redis): Promise<StreamEntry[]> {
    const { stream, group } = this.#subscription;
    const { consumer } = this.#reading;
    const answer: unknown = await redis.xreadgroup('GROUP', group, consumer, 'COUNT', AT_ONCE, 'STREAMS', stream, '0');
    return entriesOf(answer);
  }

  /** Goes on with what other processes took and did not finish. */
  async #takeOver(redis: Redis): Promise<void> {
    const { takeOverMs = TAKE_OVER_MS, consumer } = this.#reading;
    const now = this.#echo.clock.now();
    if (now < this.#takeOverAt) return;
    const { stream, group } = this.#subscription;
    let from = '0-0';
    do {
      const answer: unknown = await redis.xautoclaim(stream, group, consumer, takeOverMs, from, 'COUNT', AT_ONCE);
      const [next, entries] = claimedSchema.parse(answer);
      await this.#take(
        redis,
        entries.flatMap((entry) => (entry ? [entryOf(entry)] : [])),
      );
      from = next;
    } while (from !== '0-0' && !this.#stopped.signal.aborted);
    this.#takeOverAt = now + takeOverMs / 2;
  }

  async #take(redis: Redis, entries: readonly StreamEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { stream, group } = this.#subscription;
    const messages = entries.map((entry) => ({ entry, event: readMessage(this.#subscription, entry) }));
    const ids = await inTransaction(this.#echo.db, (client) =>
      storeEvents(
        client,
        this.#echo.clock.now(),
        messages.map(({ event }) => event),
      ),
    );
    for (const { entry, event } of messages)
      if (event.ignored)
        await redis.xadd(
          deadLetters(stream),
          ...['MAXLEN', '~', DEAD_KEPT, '*', ...entry.fields, 'deadReason', event.ignored.summary, 'deadId', entry.id],
        );
    await redis.xack(stream, group, ...entries.map(({ id }) => id));
    await matchStored(this.#echo, ids);
  }

  #report(error: unknown): void {
    if (this.#troubled) return;
    this.#troubled = true;
    const reason = error instanceof Error ? error.message : String(error);
    const { name } = this.#subscription;
    this.#echo.log.warn(`Messages of the subscription ${name} cannot be read (${reason}); trying again.`);
  }

  #pause(): Promise<void> {
    const { signal } = this.#stopped;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#echo.clock.after(AGAIN_MS, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

function entriesOf(answer: unknown): StreamEntry[] {
  return (streamsSchema.parse(answer) ?? []).flatMap(([, entries]) => entries.map(entryOf));
}

/** A message that was deleted since it was taken has no fields. */
function entryOf([id, fields]: z.infer<typeof entrySchema>): StreamEntry {
  return { id, fields: fields ?? [] };
}
