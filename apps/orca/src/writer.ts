import { isComplete } from '@gennaker/contracts/status';
import type { EngineEvent } from '@gennaker/engine/events';
import type { ExecutionState, StageState } from '@gennaker/engine/model';
import type { Database, Queryable } from '@gennaker/store/database';
import { shellOf } from './rows.ts';
import { storable } from './storable.ts';

/** One transition of one execution: what was decided, under which claim. */
export interface Transition {
  readonly owner: string;
  readonly epoch: number;
  /** Version of the state that it was decided upon. */
  readonly from: number;
  readonly state: ExecutionState;
  readonly events: readonly (EngineEvent & { readonly trace: string })[];
  readonly changed: readonly StageState[];
  readonly removed: readonly string[];
  readonly mailApplied: number;
  /** When the row is due by the clock (epoch ms), or undefined when it waits for mail alone. */
  readonly wakeAt: number | undefined;
  /** Give the claim back, unless mail came that was not applied. */
  readonly release: boolean;
}

/** `fenced`: the claim is somebody else's now and nothing was written. */
export type Outcome =
  | { readonly kind: 'fenced' }
  | { readonly kind: 'committed'; readonly released: boolean; readonly mailSeq: number };

interface Waiting {
  readonly transition: Transition;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

const COMMIT = `
with own as (
  update orca.executions e set
    version = $5, status = $6, complete = $7, start_time = $8, end_time = $9, data = $10::json, mail_applied = $11,
    wake_at = to_timestamp($12::float8 / 1000),
    owner = case when $13 and e.mail_seq <= $11 then null else e.owner end
  where e.id = $1 and e.owner = $2 and e.epoch = $3 and e.version = $4
  returning e.id, e.application, e.pipeline_config_id, e.owner, e.mail_seq
), history as (
  insert into orca.events (execution_id, sequence, application, pipeline_config_id, type, at, trace, data)
  select own.id, v.sequence, own.application, own.pipeline_config_id, v.type, v.at, v.trace, v.data
  from own, unnest($14::int[], $15::text[], $16::bigint[], $17::text[], $18::json[]) as v(sequence, type, at, trace, data)
), kept as (
  insert into orca.stages (execution_id, id, position, ref_id, type, name, status, start_time, end_time, parent_id, data)
  select own.id, v.id, v.position, v.ref_id, v.type, v.name, v.status, v.start_time, v.end_time, v.parent_id, v.data
  from own, unnest($19::text[], $20::int[], $21::text[], $22::text[], $23::text[], $24::text[], $25::bigint[],
                   $26::bigint[], $27::text[], $28::json[])
    as v(id, position, ref_id, type, name, status, start_time, end_time, parent_id, data)
  on conflict (execution_id, id) do update set status = excluded.status, start_time = excluded.start_time,
    end_time = excluded.end_time, data = excluded.data
), gone as (
  delete from orca.stages s using own where s.execution_id = own.id and s.id = any($29::text[])
)
select own.owner is null as released, own.mail_seq from own`;

/**
 * The one writer of a process: transitions are handed in, at most one flush is in flight, and each is fenced by owner,
 * epoch and version. A flush takes whatever waits; alone or many, each execution's transition stands or falls by itself.
 */
export class Writer {
  readonly #db: Database;
  readonly #queue: Waiting[] = [];
  #flushing = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Commits a transition. Rejects only when the database cannot tell what became of it. */
  commit(transition: Transition): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ transition, resolve, reject });
      if (!this.#flushing) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    while (this.#queue.length > 0) await this.#write(this.#queue.splice(0, 500));
    this.#flushing = false;
  }

  /** Writes a batch: one row each, side by side over the pool's connections. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    await Promise.all(
      batch.map(async ({ transition, resolve, reject }) => {
        try {
          resolve(await commitOne(this.#db.pool, transition));
        } catch (error) {
          const known = await readBack(this.#db.pool, transition).catch(() => undefined);
          if (known) resolve(known);
          else reject(error);
        }
      }),
    );
  }
}

async function commitOne(db: Queryable, t: Transition): Promise<Outcome> {
  const { state, events, changed } = t;
  const { rows } = await db.query<{ released: boolean; mail_seq: number }>({
    name: 'orca-commit',
    text: COMMIT,
    values: [
      state.id,
      t.owner,
      t.epoch,
      t.from,
      state.version,
      state.status,
      isComplete(state.status),
      state.startTime ?? null,
      state.endTime ?? null,
      JSON.stringify(shellOf(state)),
      t.mailApplied,
      t.wakeAt ?? null,
      t.release,
      events.map((event) => event.sequence),
      events.map((event) => event.type),
      events.map((event) => event.at),
      events.map((event) => event.trace),
      events.map(eventData),
      changed.map((stage) => stage.id),
      changed.map((stage) => stage.position),
      changed.map((stage) => stage.refId),
      changed.map((stage) => stage.type),
      changed.map((stage) => stage.name),
      changed.map((stage) => stage.status),
      changed.map((stage) => stage.startTime ?? null),
      changed.map((stage) => stage.endTime ?? null),
      changed.map((stage) => stage.parentStageId ?? null),
      changed.map((stage) => JSON.stringify(stage)),
      t.removed,
    ],
  });
  const row = rows[0];
  return row ? { kind: 'committed', released: row.released, mailSeq: row.mail_seq } : { kind: 'fenced' };
}

/** An event's own fields, as its row keeps them. */
export function eventData(event: EngineEvent & { readonly trace?: string }): string {
  const { type: _type, sequence: _sequence, at: _at, trace: _trace, ...data } = event;
  return JSON.stringify(storable(data));
}

/** After an error nobody knows what became of a transition: the row tells. Undefined: it was not written and may be tried again. */
async function readBack(db: Queryable, t: Transition): Promise<Outcome | undefined> {
  const { rows } = await db.query<{ owner: string | null; epoch: number; version: number; mail_seq: number }>(
    'select owner, epoch, version, mail_seq from orca.executions where id = $1',
    [t.state.id],
  );
  const row = rows[0];
  if (!row || row.epoch !== t.epoch) return { kind: 'fenced' };
  if (row.version === t.state.version && t.state.version > t.from)
    return { kind: 'committed', released: row.owner === null, mailSeq: row.mail_seq };
  return row.owner === t.owner ? undefined : { kind: 'fenced' };
}
