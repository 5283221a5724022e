import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionEvent, ExecutionView } from '@gennaker/contracts/execution';
import { inTransaction } from '@gennaker/store/database';
import type { ExecutionEventListener } from '../execution-events/execution-event-reader.ts';
import { commonNotifications } from './common-notifications.ts';
import { Looker } from './looker.ts';
import { messagesOf } from './messages-of-event.ts';
import type { NotificationParts } from './notifications.ts';
import { anybodyWants, endOf, hasOwnNotifications, TOLD_EVENTS } from './notices.ts';
import { type NewDelivery, storeMessages } from './store-messages.ts';

/** How often an execution is looked at that runs, and that has ended but may be restarted, ms. */
const LOOK_MS = 1_000;
const LOOK_ENDED_MS = 10_000;
/** An ended execution is looked at for so long, ms. */
const AFTER_END_MS = 24 * 3_600_000;
/** Another process looks at an execution after this, if the one that does has died, ms. */
const LEASE_MS = 30_000;
const AT_ONCE = 200;

interface FollowedRow {
  readonly execution_id: string;
  readonly sequence: number;
  readonly ended_at: Date | null;
}

/**
 * Finds out what is to be told. Beginnings and ends come from the event stream. An execution with notifications of its own,
 * or whose start somebody wants to know, is followed: what came of all of those is asked of orca every second, in one call.
 * An event's messages and the move past it are one commit, and a message's key is its event, so that each is written once.
 * @param written called when messages were written
 */
export function followExecutions(
  parts: NotificationParts,
  written: () => void,
): { listener: ExecutionEventListener; close(): Promise<void> } {
  const follower = new Follower(parts, written);
  follower.poke();
  return {
    listener: {
      name: 'notifications',
      types: ['ExecutionCreated', 'ExecutionCompleted'],
      take: (event) => (event.type === 'ExecutionCreated' ? follower.begins(event) : follower.ends(event)),
      committed: () => {
        written();
        follower.poke();
      },
    },
    close: () => follower.close(),
  };
}

class Follower {
  readonly #parts: NotificationParts;
  readonly #written: () => void;
  readonly #common: ReturnType<typeof commonNotifications>;
  readonly #looker: Looker;

  constructor(parts: NotificationParts, written: () => void) {
    this.#parts = parts;
    this.#written = written;
    this.#common = commonNotifications(parts);
    this.#looker = new Looker({
      clock: parts.clock,
      everyMs: LOOK_MS,
      look: () => this.#look(),
      failed: (why) =>
        parts.log.warn(`What executions do cannot be told (${why}); nothing is lost, and it is tried again.`),
    });
  }

  /** Follows an execution if there may be more to tell of it than its end. */
  async begins(event: ExecutionEvent): ReturnType<ExecutionEventListener['take']> {
    const { execution } = event.data as { readonly execution?: { readonly type?: unknown } };
    if (execution?.type !== 'PIPELINE') return undefined;
    if (!hasOwnNotifications(execution) && !anybodyWants(await this.#common(event.application), 'pipeline.starting'))
      return undefined;
    return async (client) => {
      await client.query('insert into echo.followed (execution_id, next_look) values ($1, $2) on conflict do nothing', [
        event.executionId,
        new Date(this.#parts.clock.now()),
      ]);
    };
  }

  /** Tells of the end of an execution that is not followed; one that is followed is looked at. */
  async ends(event: ExecutionEvent): ReturnType<ExecutionEventListener['take']> {
    const { db, clock } = this.#parts;
    const { executionId } = event;
    const followed = await db.pool.query({
      name: 'echo-is-followed',
      text: 'select from echo.followed where execution_id = $1',
      values: [executionId],
    });
    if (followed.rowCount !== 0)
      return async (client) => {
        const now = new Date(clock.now());
        await client.query('update echo.followed set next_look = least(next_look, $2) where execution_id = $1', [
          executionId,
          now,
        ]);
      };
    const end = endOf(event.data['status']);
    const common = await this.#common(event.application);
    if (end === undefined || !anybodyWants(common, end)) return undefined;
    const execution = await this.#execution(executionId);
    if (execution?.type !== 'PIPELINE') return undefined;
    const messages = await messagesOf(this.#parts, event, execution, common);
    return async (client) => void (await storeMessages(client, this.#parts, messages, clock.now()));
  }

  poke(): void {
    this.#looker.poke();
  }

  close(): Promise<void> {
    return this.#looker.close();
  }

  async #look(): Promise<boolean> {
    const rows = await this.#claim();
    if (rows.length > 0) await this.#lookAt(rows);
    return rows.length === AT_ONCE;
  }

  async #claim(): Promise<readonly FollowedRow[]> {
    const { db, clock } = this.#parts;
    const now = clock.now();
    const { rows } = await db.pool.query<FollowedRow>(
      `update echo.followed f set next_look = $2
       from (select execution_id from echo.followed where next_look <= $1 order by next_look limit $3 for update skip locked) due
       where f.execution_id = due.execution_id returning f.execution_id, f.sequence, f.ended_at`,
      [new Date(now), new Date(now + LEASE_MS), AT_ONCE],
    );
    return rows;
  }

  async #lookAt(rows: readonly FollowedRow[]): Promise<void> {
    const { db, clock, orca } = this.#parts;
    const quiet = new Set(rows.map(({ execution_id }) => execution_id));
    try {
      const after = Object.fromEntries(rows.map(({ execution_id, sequence }) => [execution_id, sequence]));
      const events = Map.groupBy(
        await orca.eventsSince({ body: { after, types: TOLD_EVENTS } }),
        (event) => event.executionId,
      );
      for (const row of rows) {
        const own = events.get(row.execution_id);
        if (own === undefined || own.length === 0) continue;
        quiet.delete(row.execution_id);
        await this.#tell(row, own);
      }
    } finally {
      // What could not be told is looked at again as well.
      const now = clock.now();
      const waiting = rows.filter(({ execution_id }) => quiet.has(execution_id));
      const running = waiting.filter(({ ended_at }) => ended_at === null).map(({ execution_id }) => execution_id);
      const ended = waiting.filter(({ ended_at }) => ended_at !== null).map(({ execution_id }) => execution_id);
      if (running.length > 0)
        await db.pool.query('update echo.followed set next_look = $2 where execution_id = any($1)', [
          running,
          new Date(now + LOOK_MS),
        ]);
      if (ended.length > 0)
        await db.pool.query(
          `with old as (delete from echo.followed where execution_id = any($1) and ended_at < $3 returning execution_id)
           update echo.followed set next_look = $2 where execution_id = any($1) and not (execution_id in (select execution_id from old))`,
          [ended, new Date(now + LOOK_ENDED_MS), new Date(now - AFTER_END_MS)],
        );
    }
  }

  /** Writes what is to be told of some events of an execution, and that they were looked at. */
  async #tell(row: FollowedRow, events: readonly ExecutionEvent[]): Promise<void> {
    const { db, clock } = this.#parts;
    const execution = await this.#execution(row.execution_id);
    if (execution === undefined) {
      await db.pool.query('delete from echo.followed where execution_id = $1', [row.execution_id]);
      return;
    }
    const common = await this.#common(execution.application);
    const messages: NewDelivery[] = [];
    let endedAt = row.ended_at;
    for (const event of events) {
      messages.push(...(await messagesOf(this.#parts, event, execution, common)));
      if (event.type === 'ExecutionCompleted') endedAt = new Date(event.at);
      if (event.type === 'ExecutionRestarted') endedAt = null;
    }
    const sequence = Math.max(...events.map((event) => event.sequence));
    const now = clock.now();
    await inTransaction(db, async (client) => {
      const moved = await client.query(
        `update echo.followed set sequence = $3, ended_at = $4, next_look = $5 where execution_id = $1 and sequence = $2`,
        [
          row.execution_id,
          row.sequence,
          sequence,
          endedAt,
          new Date(now + (endedAt === null ? LOOK_MS : LOOK_ENDED_MS)),
        ],
      );
      // Another process has looked in the meantime.
      if (moved.rowCount === 1) await storeMessages(client, this.#parts, messages, now);
    });
    if (messages.length > 0) this.#written();
  }

  async #execution(id: string): Promise<ExecutionView | undefined> {
    try {
      return await this.#parts.orca.getExecution({ params: { id } });
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) return undefined;
      throw error;
    }
  }
}
