import { EventEmitter } from 'node:events';
import type { StreamEvent } from '@gennaker/contracts/route';
import type { ExecutionEvent } from '@gennaker/contracts/execution';
import { badRequest } from '@gennaker/contracts/error';
import type { Database } from '@gennaker/store/database';

const PAGE = 500;
const IDLE_MS = 1_000;
/** After a hint, events may still be hidden behind an older transaction: looks again after these. */
const AFTER_HINT_MS = [0, 15, 60, 250];

/** Which events a reader wants. */
export interface FeedFilter {
  readonly application?: string | undefined;
  readonly executionId?: string | undefined;
}

interface EventRow {
  readonly xid: string;
  readonly id: string;
  readonly execution_id: string;
  readonly sequence: number;
  readonly application: string;
  readonly pipeline_config_id: string | null;
  readonly type: string;
  readonly at: string;
  readonly data: Record<string, unknown>;
}

interface Cursor {
  readonly xid: string;
  readonly id: string;
}

/**
 * The event stream: reads PostgreSQL in the order of (transaction, number), and only transactions below the snapshot's
 * xmin, so that a late commit is never passed over. A hint makes readers look at once; without hints they look every second.
 */
export class EventFeed {
  readonly #db: Database;
  readonly #hints = new EventEmitter().setMaxListeners(0);
  #closed = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Something was committed, probably. */
  hint(): void {
    this.#hints.emit('hint');
  }

  close(): void {
    this.#closed = true;
    this.hint();
  }

  /**
   * Events after a cursor, and on and on until `signal` aborts. Without a cursor: from now on.
   * @throws ServiceError 400 for a cursor that is none.
   */
  async *follow(after: string | undefined, filter: FeedFilter, signal: AbortSignal): AsyncIterable<StreamEvent> {
    let cursor = after === undefined || after === '' ? await this.#head() : parseCursor(after);
    let hinted = 0;
    const hear = (): void => void hinted++;
    this.#hints.on('hint', hear);
    try {
      while (!signal.aborted && !this.#closed) {
        const seen = hinted;
        const { rows, end } = await this.#page(cursor, filter);
        for (const row of rows) {
          cursor = row;
          yield { id: `${row.xid}-${row.id}`, event: row.type, data: eventOf(row) };
        }
        if (rows.length === PAGE) continue;
        cursor = end;
        if (hinted === seen) await this.#wait(IDLE_MS, signal);
        for (const pause of AFTER_HINT_MS) {
          if (hinted === seen || signal.aborted) break;
          if (pause > 0) await this.#pause(pause);
          if ((await this.#page(cursor, filter, 1)).rows.length > 0) break;
        }
      }
    } finally {
      this.#hints.off('hint', hear);
    }
  }

  /** Every event of one execution, oldest first. */
  async history(executionId: string): Promise<ExecutionEvent[]> {
    const { rows } = await this.#db.pool.query<EventRow>({
      name: 'orca-history',
      text: `select xid::text, id::text, execution_id, sequence, application, pipeline_config_id, type, at, data
             from orca.events where execution_id = $1 order by sequence`,
      values: [executionId],
    });
    return rows.map(eventOf);
  }

  async #head(): Promise<Cursor> {
    const { rows } = await this.#db.pool.query<{ xid: string }>(
      'select pg_snapshot_xmin(pg_current_snapshot())::text as xid',
    );
    return { xid: rows[0]?.xid ?? '0', id: '0' };
  }

  /** The next events, and, when these are all, where the stream ends now: the snapshot's xmin, not the last event that fitted. */
  async #page(cursor: Cursor, filter: FeedFilter, limit = PAGE): Promise<{ rows: EventRow[]; end: Cursor }> {
    const { rows } = await this.#db.pool.query<Partial<EventRow> & { readonly xmin: string }>({
      name: 'orca-feed',
      text: `select snapshot.xmin::text, e.*
             from (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin) snapshot
             left join lateral (
               select xid::text, id::text, execution_id, sequence, application, pipeline_config_id, type, at, data
               from orca.events
               where (xid, id) > ($1::bigint, $2::bigint) and xid < snapshot.xmin
                 and ($3::text is null or application = $3) and ($4::text is null or execution_id = $4)
               order by events.xid, events.id limit $5
             ) e on true`,
      values: [cursor.xid, cursor.id, filter.application ?? null, filter.executionId ?? null, limit],
    });
    const end = { xid: rows[0]?.xmin ?? cursor.xid, id: '0' };
    return {
      rows: rows.filter((row): row is EventRow & { xmin: string } => row.id !== null && row.id !== undefined),
      end,
    };
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#hints.off('hint', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      this.#hints.once('hint', done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void setTimeout(resolve, ms).unref());
  }
}

function parseCursor(text: string): Cursor {
  const match = /^(\d{1,19})-(\d{1,19})$/.exec(text);
  if (!match?.[1] || !match[2])
    throw badRequest(`"${text}" is no position in the event stream`, {
      field: 'after',
      fix: 'give the id of an event of this stream, or nothing to begin now',
    });
  return { xid: match[1], id: match[2] };
}

function eventOf(row: EventRow): ExecutionEvent {
  return {
    cursor: `${row.xid}-${row.id}`,
    executionId: row.execution_id,
    application: row.application,
    ...(row.pipeline_config_id === null ? {} : { pipelineConfigId: row.pipeline_config_id }),
    sequence: row.sequence,
    type: row.type,
    at: Number(row.at),
    data: row.data,
  };
}
