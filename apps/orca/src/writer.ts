import { isComplete } from '@gennaker/contracts/status';
import type { EngineEvent } from '@gennaker/engine/events';
import type { Message } from '@gennaker/engine/messages';
import type { Json, StageState } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import { type Blob, pack } from './blobs.ts';
import { liveOf, stageDataOf } from './rows.ts';
import { joined, type Outcome, plain, SWEEP_AFTER_MS, texts, type Transition } from './transition.ts';

/** Most transitions of one flush. */
const BATCH = 500;

/** All transitions of a flush in one statement: each stands by itself, fenced by owner, epoch and version. */
const COMMIT = `
with input as (
  select * from unnest(${texts(1)}, $2::text[], $3::int[], $4::int[], $5::int[], ${texts(6)}, $7::bool[], $8::bigint[], $9::bigint[],
                       ${texts(10)}::json[], $11::int[], $12::float8[], $13::bool[])
    as t(id, owner, epoch, from_version, version, status, complete, start_time, end_time, live, mail_applied, wake_at, release)
), own as (
  update orca.executions e set
    version = i.version, status = i.status, complete = i.complete, start_time = i.start_time, end_time = i.end_time, live = i.live,
    mail_applied = i.mail_applied,
    failures = case when i.version > i.from_version then 0 else e.failures end,
    owner = case when i.release and e.mail_seq <= i.mail_applied then null else e.owner end,
    -- The commit renews the lease by itself; due_at, which is indexed, is left to the thread that renews.
    claim_expires = case when e.claim_expires is null then null
                         else greatest(e.claim_expires, clock_timestamp() + $43::float8 * interval '1 millisecond') end,
    due_at = case when i.release and e.mail_seq <= i.mail_applied
                  then to_timestamp((i.wake_at + ${SWEEP_AFTER_MS}) / 1000) else e.due_at end
  from input i where e.id = i.id and e.owner = i.owner and e.epoch = i.epoch and e.version = i.from_version
  returning e.id, e.application, e.pipeline_config_id, e.owner, e.mail_seq, e.complete
), history as (
  insert into orca.events (execution_id, sequence, application, pipeline_config_id, trace, data)
  select own.id, v.sequence, own.application, own.pipeline_config_id, v.trace, v.data
  from unnest(${texts(14)}, $15::int[], ${texts(16)}, ${texts(17)}::json[]) as v(id, sequence, trace, data) join own on own.id = v.id
), changed as (
  update orca.stages s set status = v.status, start_time = v.start_time, end_time = v.end_time, data = v.data,
    context = coalesce(v.context, s.context), outputs = coalesce(v.outputs, s.outputs)
  from unnest(${texts(18)}, ${texts(19)}, ${texts(20)}, $21::bigint[], $22::bigint[], ${texts(23)}::json[], ${texts(24)}::json[], ${texts(25)}::json[])
    as v(execution_id, id, status, start_time, end_time, data, context, outputs), own
  where own.id = v.execution_id and s.execution_id = v.execution_id and s.id = v.id
), made as (
  insert into orca.stages (execution_id, id, position, ref_id, type, name, status, parent_id, data, context, outputs)
  select v.* from unnest(${texts(26)}, ${texts(27)}, $28::int[], ${texts(29)}, ${texts(30)}, ${texts(31)}, ${texts(32)}, ${texts(33)},
                         ${texts(34)}::json[], ${texts(35)}::json[], ${texts(36)}::json[])
    as v(execution_id, id, position, ref_id, type, name, status, parent_id, data, context, outputs) join own on own.id = v.execution_id
), gone as (
  delete from orca.stages s using unnest(${texts(37)}, ${texts(38)}) as v(execution_id, id), own
  where own.id = v.execution_id and s.execution_id = v.execution_id and s.id = v.id
), stored as (
  insert into orca.blobs (hash, data) select decode(v.hash, 'hex'), v.data from unnest(${texts(39)}, ${texts(40)}) as v(hash, data)
  on conflict do nothing
), used as (
  insert into orca.blob_uses (execution_id, hash)
  select v.execution_id, decode(v.hash, 'hex') from unnest(${texts(41)}, ${texts(42)}) as v(execution_id, hash) on conflict do nothing
), freed as (
  delete from orca.slots s using own where own.complete and s.execution_id = own.id
)
select own.id, own.owner is null as released, own.mail_seq from own`;

interface Waiting {
  readonly transition: Transition;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/**
 * The one writer of a process: transitions are handed in, at most one flush is in flight, and whatever arrives meanwhile
 * goes into the next. A flush that fails is split until the row at fault is alone.
 */
export class Writer {
  readonly #db: Queryable;
  readonly #leaseMs: number;
  readonly #queue: Waiting[] = [];
  #flushing = false;

  /** `leaseMs`: for how long a commit renews the claim that it is made under. */
  constructor(db: Queryable, leaseMs: number) {
    this.#db = db;
    this.#leaseMs = leaseMs;
  }

  /** Commits a transition. Rejects with the row's own error, or when the database cannot tell what became of it. */
  commit(transition: Transition): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ transition, resolve, reject });
      if (this.#flushing) return;
      this.#flushing = true;
      // What is decided in the same turn of the event loop shares the flush.
      setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) await this.#write(this.#queue.splice(0, BATCH));
    this.#flushing = false;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const transitions = batch.map(({ transition }) => transition);
    try {
      const outcomes = await commit(this.#db, transitions, this.#leaseMs);
      for (const { transition, resolve } of batch) resolve(outcomes.get(transition.state.id) ?? { kind: 'fenced' });
    } catch (error) {
      if (isRefusedByData(error)) await this.#split(batch, error);
      else await this.#readBack(batch, error);
    }
  }

  async #split(batch: readonly Waiting[], error: unknown): Promise<void> {
    const [only, ...others] = batch;
    if (only && others.length === 0) return only.reject(error);
    const half = Math.ceil(batch.length / 2);
    await this.#write(batch.slice(0, half));
    await this.#write(batch.slice(half));
  }

  /** Nobody knows what became of a flush: the rows tell. What was not written may be tried again by whoever asked. */
  async #readBack(batch: readonly Waiting[], error: unknown): Promise<void> {
    const ids = batch.map(({ transition }) => transition.state.id);
    try {
      const { rows } = await this.#db.query<BackRow>({
        name: 'orca-read-back',
        text: 'select id, owner, epoch, version, mail_seq from orca.executions where id = any($1)',
        values: [ids],
      });
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const { transition, resolve, reject } of batch) {
        const outcome = became(transition, byId.get(transition.state.id));
        if (outcome) resolve(outcome);
        else reject(error);
      }
    } catch {
      for (const { reject } of batch) reject(error);
    }
  }
}

interface BackRow {
  readonly id: string;
  readonly owner: string | null;
  readonly epoch: number;
  readonly version: number;
  readonly mail_seq: number;
}

/** What a row says of a transition; undefined: it was not written. */
function became(t: Transition, row: BackRow | undefined): Outcome | undefined {
  if (!row || row.epoch !== t.epoch) return { kind: 'fenced' };
  if (row.version === t.state.version && t.state.version > t.from)
    return { kind: 'committed', released: row.owner === null, mailSeq: row.mail_seq };
  return row.owner === t.owner ? undefined : { kind: 'fenced' };
}

/** PostgreSQL's classes 22 and 23: a row itself is at fault, and trying again cannot help. */
export function isRefusedByData(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}

async function commit(
  db: Queryable,
  all: readonly Transition[],
  leaseMs: number,
): Promise<ReadonlyMap<string, Outcome>> {
  const events = all.filter((t) => t.events.length > 0);
  const changed = all.flatMap((t) => t.changed.map((one) => ({ execution: t.state.id, ...one })));
  const made = all.flatMap((t) => t.made.map((stage) => ({ execution: t.state.id, stage })));
  const removed = all.flatMap((t) => t.removed.map((id) => ({ execution: t.state.id, id })));
  const blobs = new Map<string, Blob>();
  const uses: { execution: string; hash: string }[] = [];
  const packed = (execution: string, value: Json): string => {
    const { text, blobs: big } = pack(value);
    for (const blob of big) {
      blobs.set(blob.hash, blob);
      uses.push({ execution, hash: blob.hash });
    }
    return text;
  };
  const ifChanged = (execution: string, before: Json, after: Json): string =>
    before === after ? '' : packed(execution, after);
  const contexts = changed.map((one) => ifChanged(one.execution, one.before.context, one.after.context));
  const outputs = changed.map((one) => ifChanged(one.execution, one.before.outputs, one.after.outputs));
  const madeContexts = made.map((one) => packed(one.execution, one.stage.context));
  const madeOutputs = made.map((one) => packed(one.execution, one.stage.outputs));
  const entries = events.map((t) => entryOf(t.inputs, t.events, (value) => packed(t.state.id, value)));
  const { rows } = await db.query<{ id: string; released: boolean; mail_seq: number }>({
    name: 'orca-commit',
    text: COMMIT,
    values: [
      joined(all.map((t) => t.state.id)),
      all.map((t) => t.owner),
      all.map((t) => t.epoch),
      all.map((t) => t.from),
      all.map((t) => t.state.version),
      joined(all.map((t) => t.state.status)),
      all.map((t) => isComplete(t.state.status)),
      all.map((t) => t.state.startTime ?? null),
      all.map((t) => t.state.endTime ?? null),
      joined(all.map((t) => JSON.stringify(liveOf(t.state)))),
      all.map((t) => t.mailApplied),
      all.map((t) => t.wakeAt ?? null),
      all.map((t) => t.release),
      joined(events.map((t) => t.state.id)),
      events.map((t) => t.events[0]?.sequence ?? 0),
      joined(events.map((t) => t.trace)),
      joined(entries),
      joined(changed.map((one) => one.execution)),
      joined(changed.map((one) => one.after.id)),
      joined(changed.map((one) => one.after.status)),
      changed.map((one) => one.after.startTime ?? null),
      changed.map((one) => one.after.endTime ?? null),
      joined(changed.map((one) => JSON.stringify(stageDataOf(one.after)))),
      joined(contexts),
      joined(outputs),
      joined(made.map((one) => one.execution)),
      joined(made.map((one) => one.stage.id)),
      made.map((one) => one.stage.position),
      joined(made.map((one) => plain(one.stage.refId))),
      joined(made.map((one) => plain(one.stage.type))),
      joined(made.map((one) => plain(one.stage.name))),
      joined(made.map((one) => one.stage.status)),
      joined(made.map((one) => one.stage.parentStageId ?? '')),
      joined(made.map((one) => JSON.stringify(stageDataOf(one.stage)))),
      joined(madeContexts),
      joined(madeOutputs),
      joined(removed.map((one) => one.execution)),
      joined(removed.map((one) => one.id)),
      joined([...blobs.values()].map((blob) => blob.hash)),
      joined([...blobs.values()].map((blob) => blob.data)),
      joined(uses.map((use) => use.execution)),
      joined(uses.map((use) => use.hash)),
      leaseMs,
    ],
  });
  return new Map(
    rows.map((row) => [row.id, { kind: 'committed', released: row.released, mailSeq: row.mail_seq } as const]),
  );
}

/** One transition as history keeps it: what was decided upon and what was decided. */
function entryOf(inputs: readonly unknown[], events: readonly EngineEvent[], keep: (value: Json) => string): string {
  return `{"inputs":${JSON.stringify(inputs)},"events":[${events.map((event) => eventText(event, keep)).join(',')}]}`;
}

/** An event's JSON, with the big values of its contexts and outputs by reference. */
function eventText(event: EngineEvent, keep: (value: Json) => string): string {
  const { context, outputs, stages, ...rest } = event as EngineEvent &
    Partial<Record<'context' | 'outputs' | 'stages', unknown>>;
  const parts: string[] = [];
  if (isJson(context)) parts.push(`"context":${keep(context)}`);
  if (isJson(outputs)) parts.push(`"outputs":${keep(outputs)}`);
  if (Array.isArray(stages))
    parts.push(`"stages":[${stages.map((stage: StageState) => stageText(stage, keep)).join(',')}]`);
  const text = JSON.stringify(rest);
  return parts.length === 0 ? text : `${text.slice(0, -1)},${parts.join(',')}}`;
}

function stageText({ context, outputs, ...rest }: StageState, keep: (value: Json) => string): string {
  return `${JSON.stringify(rest).slice(0, -1)},"context":${keep(context)},"outputs":${keep(outputs)}}`;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the history keeps of an input. What a task returned is in the events themselves. */
export function inputOf(message: Message): unknown {
  return message.type === 'TaskReturned' ? { ...message, result: { status: message.result.status } } : message;
}
