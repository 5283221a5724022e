import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { StreamEvent } from '@gennaker/contracts/route';
import type { ExecutionEvent } from '@gennaker/contracts/execution';
import { badRequest } from '@gennaker/contracts/error';
import type { Json } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import { readBlobs, references } from './blobs.ts';
import { bagsOf, openEvent } from './history-entry.ts';

/** Transitions that are read at once. */
const PAGE = 200;
const IDLE_MS = 1_000;
/** Events that a row tells of without its data being read: that of a transition which begins or ends an execution. */
const ROWS_WITH: Readonly<Record<string, string>> = { ExecutionCreated: 'sequence = 1', ExecutionCompleted: 'ended' };
/** After a hint, events may still be hidden behind an older transaction: looks again after these. */
const AFTER_HINT_MS = [2, 5, 15, 60, 250];
/** Looks that hints ask for are so far apart, ms; those for the end of an execution, for which somebody waits, nearer. */
const HINTS_APART_MS = { progress: 25, end: 2 } as const;

/** Which events a reader wants. */
export interface FeedFilter {
  readonly application?: string | undefined;
  readonly executionId?: string | undefined;
  /** Types of events; absent: all. */
  readonly types?: readonly string[] | undefined;
  /** Time between two looks at least, ms; absent: none. */
  readonly pace?: number | undefined;
}

/** A row of orca.events: one transition. */
interface TransitionRow {
  readonly xid: string;
  readonly id: string;
  readonly execution_id: string;
  readonly application: string;
  readonly pipeline_config_id: string | null;
  readonly data: { readonly inputs: readonly Json[]; readonly events: readonly (Json & EventHead)[] };
}

interface EventHead {
  readonly type: string;
  readonly sequence: number;
  readonly at: number;
}

/** A place in the stream: after so many events (absent: all) of a transition. */
interface Cursor {
  readonly xid: string;
  readonly id: string;
  readonly taken?: number;
}

/** A transition of an execution's history: what was decided upon, and the events. */
export interface HistoryEntry {
  readonly inputs: readonly Json[];
  readonly events: readonly ExecutionEvent[];
}

/**
 * The event stream: reads PostgreSQL in the order of (transaction, number), and only transactions below the snapshot's
 * xmin, so that a late commit is never passed over. A hint makes readers look at once; without hints they look every second.
 */
export class EventFeed {
  readonly #db: Queryable;
  readonly #hints = new EventEmitter().setMaxListeners(0);
  #closed = false;
  #hintedAt = -Infinity;
  /** When the hint that waits is passed on. */
  #hintAt = Infinity;
  #hintTimer: NodeJS.Timeout | undefined;

  constructor(db: Queryable) {
    this.#db = db;
  }

  /** Something was committed, probably; many hints are one look. */
  hint(kind: keyof typeof HINTS_APART_MS = 'end'): void {
    if (this.#hints.listenerCount('hint') === 0) return;
    const due = this.#hintedAt + HINTS_APART_MS[kind];
    const now = performance.now();
    if (due <= now) return this.#tell();
    if (due >= this.#hintAt) return;
    clearTimeout(this.#hintTimer);
    this.#hintAt = due;
    this.#hintTimer = setTimeout(() => this.#tell(), due - now).unref();
  }

  #tell(): void {
    clearTimeout(this.#hintTimer);
    this.#hintAt = Infinity;
    this.#hintedAt = performance.now();
    this.#hints.emit('hint');
  }

  close(): void {
    this.#closed = true;
    this.#tell();
  }

  /**
   * Events after a cursor, and on and on until `signal` aborts. Without a cursor: from now on, which is before this settles.
   * @throws ServiceError 400 for a cursor that is none.
   */
  async follow(
    after: string | undefined,
    filter: FeedFilter,
    signal: AbortSignal,
  ): Promise<AsyncIterable<StreamEvent>> {
    return this.#stream(after === undefined || after === '' ? await this.#head() : parseCursor(after), filter, signal);
  }

  async *#stream(from: Cursor, filter: FeedFilter, signal: AbortSignal): AsyncIterable<StreamEvent> {
    let cursor = from;
    let hinted = 0;
    let look = AFTER_HINT_MS.length;
    const types = filter.types && new Set(filter.types);
    const hear = (): void => void hinted++;
    this.#hints.on('hint', hear);
    try {
      while (!signal.aborted && !this.#closed) {
        const seen = hinted;
        const { rows, end } = await this.#page(cursor, filter);
        for (const row of await this.#opened(rows)) {
          const taken = row.xid === cursor.xid && row.id === cursor.id ? (cursor.taken ?? 0) : 0;
          for (const event of eventsOf(row).slice(taken)) {
            if (types && !types.has(event.type)) continue;
            yield { id: event.cursor, event: event.type, data: event };
          }
          cursor = { xid: row.xid, id: row.id };
        }
        if (rows.length === PAGE) continue;
        cursor = end;
        // Under load everything that happens meanwhile is one look.
        if (filter.pace) await pause(filter.pace, undefined, { ref: false });
        // What a hint told of was found, or is looked for some more times.
        if (rows.length > 0) look = AFTER_HINT_MS.length;
        if (hinted === seen) await this.#wait(AFTER_HINT_MS[look] ?? IDLE_MS, signal);
        look = hinted === seen ? look + 1 : 0;
      }
    } finally {
      this.#hints.off('hint', hear);
    }
  }

  /** Every event of one execution, oldest first. */
  async history(executionId: string): Promise<ExecutionEvent[]> {
    return (await this.transitions(executionId)).flatMap((entry) => entry.events);
  }

  /** Every transition of one execution, oldest first, with what it was decided upon. */
  async transitions(executionId: string): Promise<HistoryEntry[]> {
    const { rows } = await this.#db.query<TransitionRow>({
      name: 'orca-history',
      text: `select xid::text, id::text, execution_id, application, pipeline_config_id, data::json
             from orca.events where execution_id = $1 order by sequence`,
      values: [executionId],
    });
    return (await this.#opened(rows)).map((row) => ({ inputs: row.data.inputs, events: eventsOf(row) }));
  }

  /** A cursor from which on nothing is missed that is committed after this call. */
  async position(): Promise<{ cursor: string }> {
    const { xid, id } = await this.#head();
    return { cursor: `${xid}-${id}` };
  }

  /** Events of some executions, of these types (absent: all), after the last sequence that is known of each; in order per execution. */
  async since(after: Readonly<Record<string, number>>, types?: readonly string[]): Promise<ExecutionEvent[]> {
    const { rows } = await this.#db.query<TransitionRow>({
      name: 'orca-feed-since',
      // A row has the number of its transition's first event; transitions are given whole, so that it is enough.
      text: `select e.xid::text, e.id::text, e.execution_id, e.application, e.pipeline_config_id, e.data::json
             from unnest($1::text[], $2::int[]) known(execution_id, sequence)
             join orca.events e on e.execution_id = known.execution_id and e.sequence > known.sequence
             order by e.xid, e.id`,
      values: [Object.keys(after), Object.values(after)],
    });
    const wanted = types && new Set(types);
    return (await this.#opened(rows)).flatMap(eventsOf).filter((event) => wanted?.has(event.type) ?? true);
  }

  /** Rows with their big values in place. */
  async #opened(rows: readonly TransitionRow[]): Promise<readonly TransitionRow[]> {
    const hashes = references(rows.flatMap((row) => row.data.events.flatMap(bagsOf)));
    if (hashes.size === 0) return rows;
    const blobs = await readBlobs(this.#db, hashes);
    return rows.map((row) => ({
      ...row,
      data: { ...row.data, events: row.data.events.map((event) => openEvent(event, blobs)) },
    }));
  }

  async #head(): Promise<Cursor> {
    const { rows } = await this.#db.query<{ xid: string }>(
      'select pg_snapshot_xmin(pg_current_snapshot())::text as xid',
    );
    return { xid: rows[0]?.xid ?? '0', id: '0' };
  }

  /** The next events, and, when these are all, where the stream ends now: the snapshot's xmin, not the last event that fitted. */
  async #page(cursor: Cursor, filter: FeedFilter, limit = PAGE): Promise<{ rows: TransitionRow[]; end: Cursor }> {
    const { name, condition } = narrowest(filter.types);
    const { rows } = await this.#db.query<Partial<TransitionRow> & { readonly xmin: string }>({
      name,
      text: `select snapshot.xmin::text, e.*
             from (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin) snapshot
             left join lateral (
               select xid::text, id::text, execution_id, application, pipeline_config_id, data::json
               from orca.events
               where (xid, id) > ($1::bigint, $2::bigint) and xid < snapshot.xmin${condition}
                 and ($3::text is null or application = $3) and ($4::text is null or execution_id = $4)
               order by events.xid, events.id limit $5
             ) e on true`,
      values: [
        cursor.xid,
        // A transition that was taken in part is read again.
        cursor.taken === undefined ? cursor.id : String(BigInt(cursor.id) - 1n),
        filter.application ?? null,
        filter.executionId ?? null,
        limit,
      ],
    });
    const end = { xid: rows[0]?.xmin ?? cursor.xid, id: '0' };
    return {
      rows: rows.filter((row): row is TransitionRow & { xmin: string } => row.id !== null && row.id !== undefined),
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
}

/** What of orca.events has events of these types for sure, and the name of the statement that asks so. */
function narrowest(types: readonly string[] | undefined): { name: string; condition: string } {
  const tests = [...new Set(types)].map((type) => ROWS_WITH[type]);
  if (types === undefined || tests.length === 0 || tests.includes(undefined))
    return { name: 'orca-feed', condition: '' };
  return { name: `orca-feed ${tests.join(' or ')}`, condition: ` and (${tests.join(' or ')})` };
}

function parseCursor(text: string): Cursor {
  const match = /^(\d{1,18})-(\d{1,18})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match?.[1] || !match[2])
    throw badRequest(`"${text}" is no position in the event stream`, {
      field: 'after',
      fix: 'give the id of an event of this stream, or nothing to begin now',
    });
  return { xid: match[1], id: match[2], ...(match[3] === undefined ? {} : { taken: Number(match[3]) }) };
}

function eventsOf(row: TransitionRow): ExecutionEvent[] {
  return row.data.events.map(({ type, sequence, at, ...data }, index) => ({
    cursor: `${row.xid}-${row.id}.${index + 1}`,
    executionId: row.execution_id,
    application: row.application,
    ...(row.pipeline_config_id === null ? {} : { pipelineConfigId: row.pipeline_config_id }),
    sequence,
    type,
    at,
    data,
  }));
}
