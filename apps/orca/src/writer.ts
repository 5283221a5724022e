import { isComplete } from '@gennaker/contracts/status';
import type { EngineEvent } from '@gennaker/engine/events';
import type { Message } from '@gennaker/engine/messages';
import type { Json, StageState } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import { type Blob, pack } from './blobs.ts';
import { commitStatement } from './commit-statement.ts';
import { liveOf, stageDataOf } from './rows.ts';
import { joined, type Outcome, plain, type Transition } from './transition.ts';

/** Most transitions of one flush. */
const BATCH = 500;
/** Stages that a transition alone in its flush may change for its values to go one by one. */
const MOST_SINGLY = 4;

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
  /** Big values that the executions at hand hold in the database already. */
  readonly #stored = new Map<string, Set<string>>();
  readonly #queue: Waiting[] = [];
  #flushing = false;
  /** Transitions of the last flush. */
  #latest = 0;

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
      // What is decided in the same turn of the event loop shares the flush; who was alone just now is not kept waiting for others.
      if (this.#latest > 1) setImmediate(() => void this.#flush());
      else queueMicrotask(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH);
      this.#latest = batch.length;
      await this.#write(batch);
    }
    this.#flushing = false;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const transitions = batch.map(({ transition }) => transition);
    try {
      const outcomes = await commit(this.#db, transitions, this.#leaseMs, this.#stored);
      for (const { transition, resolve } of batch) {
        const outcome = outcomes.get(transition.state.id);
        if (!outcome) this.#stored.delete(transition.state.id);
        resolve(outcome ?? { kind: 'fenced' });
      }
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

/**
 * A row itself is at fault, and trying again cannot help: PostgreSQL's classes 22 and 23, 54 (too big for it), or what
 * could not even be written down.
 */
export function isRefusedByData(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  return error instanceof Error && 'code' in error && /^(22|23|54)/.test(String(error.code));
}

async function commit(
  db: Queryable,
  all: readonly Transition[],
  leaseMs: number,
  stored: Map<string, Set<string>>,
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
      if (stored.get(execution)?.has(blob.hash)) continue;
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
  const parts = {
    history: events.length > 0,
    changed: changed.length > 0,
    made: made.length > 0,
    gone: removed.length > 0,
    blobs: uses.length > 0,
    ended: all.some((t) => isComplete(t.state.status)),
  };
  const [only, ...more] = all;
  const single =
    only && more.length === 0 && !parts.made && !parts.gone && !parts.blobs && changed.length <= MOST_SINGLY;
  const statement = commitStatement(parts, single ? { changed: changed.length } : 'lists');
  const values: unknown[] = single
    ? singly(only, leaseMs, entries[0], contexts, outputs)
    : [
        joined(all.map((t) => t.state.id)),
        joined(all.map((t) => t.owner)),
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
        leaseMs,
      ];
  if (!single) {
    if (events.length > 0)
      values.push(
        joined(events.map((t) => t.state.id)),
        events.map((t) => t.events[0]?.sequence ?? 0),
        joined(events.map((t) => t.trace)),
        joined(entries),
      );
    if (changed.length > 0)
      values.push(
        joined(changed.map((one) => one.execution)),
        joined(changed.map((one) => one.after.id)),
        joined(changed.map((one) => one.after.status)),
        changed.map((one) => one.after.startTime ?? null),
        changed.map((one) => one.after.endTime ?? null),
        joined(changed.map((one) => JSON.stringify(stageDataOf(one.after)))),
        joined(contexts),
        joined(outputs),
      );
    if (made.length > 0)
      values.push(
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
      );
    if (removed.length > 0)
      values.push(joined(removed.map((one) => one.execution)), joined(removed.map((one) => one.id)));
    if (uses.length > 0)
      values.push(
        joined([...blobs.values()].map((blob) => blob.hash)),
        joined([...blobs.values()].map((blob) => blob.data)),
        joined(uses.map((use) => use.execution)),
        joined(uses.map((use) => use.hash)),
      );
  }
  const { rows } = await db.query<{ id: string; released: boolean; mail_seq: number }>({
    ...statement,
    values,
  });
  for (const { execution, hash } of uses) stored.set(execution, (stored.get(execution) ?? new Set()).add(hash));
  for (const row of rows) if (row.released) stored.delete(row.id);
  return new Map(
    rows.map((row) => [row.id, { kind: 'committed', released: row.released, mailSeq: row.mail_seq } as const]),
  );
}

/** A transition's values one by one, in the order of the statement. An empty context or output is one that did not change. */
function singly(
  t: Transition,
  leaseMs: number,
  entry: string | undefined,
  contexts: readonly string[],
  outputs: readonly string[],
): unknown[] {
  const { state } = t;
  const { id } = state;
  return [
    id,
    t.owner,
    t.epoch,
    t.from,
    state.version,
    state.status,
    isComplete(state.status),
    state.startTime ?? null,
    state.endTime ?? null,
    JSON.stringify(liveOf(state)),
    t.mailApplied,
    t.wakeAt ?? null,
    t.release,
    leaseMs,
    ...(entry === undefined ? [] : [id, t.events[0]?.sequence ?? 0, t.trace || null, entry]),
    ...t.changed.flatMap(({ after }, index) => [
      id,
      after.id,
      after.status,
      after.startTime ?? null,
      after.endTime ?? null,
      JSON.stringify(stageDataOf(after)),
      contexts[index] || null,
      outputs[index] || null,
    ]),
  ];
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
