import { isComplete } from '@gennaker/contracts/status';
import type { Message } from '@gennaker/engine/messages';
import type { Json } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import { Batches } from './batches.ts';
import { type Blob, pack } from './blobs.ts';
import { commitStatement } from './commit-statement.ts';
import { entryOf } from './history-entry.ts';
import { liveOf, stageDataOf } from './rows.ts';
import { stageLists } from './stage-lists.ts';
import { array, joined, type Outcome, type Transition } from './transition.ts';

/** Most transitions of one flush. */
const BATCH = 500;
/** Stages that a transition alone in its flush may change for its values to go one by one. */
const MOST_SINGLY = 4;

interface Waiting {
  readonly transition: Transition;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** The one writer of a process: transitions are handed in, and written in batches. A batch that fails is split until the row at fault is alone. */
export class Writer {
  readonly #db: Queryable;
  readonly #leaseMs: number;
  /** Big values that the executions at hand hold in the database already. */
  readonly #stored = new Map<string, Set<string>>();
  readonly #batches = new Batches<Waiting>(BATCH, (batch) => this.#write(batch));

  /** `leaseMs`: for how long a commit renews the claim that it is made under. */
  constructor(db: Queryable, leaseMs: number) {
    this.#db = db;
    this.#leaseMs = leaseMs;
  }

  /** Told of big values that the database holds for an execution at hand. */
  holds(execution: string, hashes: Iterable<string>): void {
    for (const hash of hashes) hashesOf(this.#stored, execution).add(hash);
  }

  /** Nothing is remembered of an execution that is not at hand any more. */
  forget(execution: string): void {
    this.#stored.delete(execution);
  }

  /** Commits a transition. Rejects with the row's own error, or when the database cannot tell what became of it. */
  commit(transition: Transition): Promise<Outcome> {
    return new Promise((resolve, reject) => this.#batches.add({ transition, resolve, reject }));
  }

  async #write(batch: readonly Waiting[]): Promise<() => void> {
    const transitions = batch.map(({ transition }) => transition);
    try {
      const outcomes = await commit(this.#db, transitions, this.#leaseMs, this.#stored);
      return () => {
        for (const { transition, resolve } of batch) {
          resolve(outcomes.get(transition.state.id) ?? { kind: 'fenced' });
        }
      };
    } catch (error) {
      return isRefusedByData(error) ? this.#split(batch, error) : this.#readBack(batch, error);
    }
  }

  async #split(batch: readonly Waiting[], error: unknown): Promise<() => void> {
    const [only, ...others] = batch;
    if (only && others.length === 0) return () => only.reject(error);
    const half = Math.ceil(batch.length / 2);
    const tell = [await this.#write(batch.slice(0, half)), await this.#write(batch.slice(half))];
    return () => tell.forEach((one) => one());
  }

  /** Nobody knows what became of a flush: the rows tell. What was not written may be tried again by whoever asked. */
  async #readBack(batch: readonly Waiting[], error: unknown): Promise<() => void> {
    const ids = batch.map(({ transition }) => transition.state.id);
    try {
      const { rows } = await this.#db.query<BackRow>({
        name: 'orca-read-back',
        text: 'select id, owner, epoch, version, mail_seq from orca.executions where id = any($1)',
        values: [ids],
      });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return () => {
        for (const { transition, resolve, reject } of batch) {
          const outcome = became(transition, byId.get(transition.state.id));
          if (outcome) resolve(outcome);
          else reject(error);
        }
      };
    } catch {
      return () => batch.forEach(({ reject }) => reject(error));
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
  const changed = all.flatMap((t) => t.rows?.changed.map((one) => ({ execution: t.state.id, ...one })) ?? []);
  const made = all.flatMap((t) => t.rows?.made.map((stage) => ({ execution: t.state.id, stage })) ?? []);
  const removed = all.flatMap((t) => t.rows?.removed.map((id) => ({ execution: t.state.id, id })) ?? []);
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
  const stages = made.length === 0 ? [] : stageLists(made, (execution) => (value) => packed(execution, value));
  const entries = events.map((t) => entryOf(t.inputs, t.events, (value) => packed(t.state.id, value)));
  // In one order everywhere: two flushes that store the same values never wait for each other in a circle.
  const big = [...blobs.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
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
        array(all.map((t) => t.epoch)),
        array(all.map((t) => t.from)),
        array(all.map((t) => t.state.version)),
        joined(all.map((t) => t.state.status)),
        array(all.map((t) => isComplete(t.state.status))),
        array(all.map((t) => t.state.startTime)),
        array(all.map((t) => t.state.endTime)),
        joined(all.map((t) => (t.rows ? JSON.stringify(liveOf(t.state)) : ''))),
        array(all.map((t) => t.mailApplied)),
        array(all.map((t) => t.wakeAt)),
        array(all.map((t) => t.release)),
        leaseMs,
      ];
  if (!single) {
    if (events.length > 0)
      values.push(
        joined(events.map((t) => t.state.id)),
        array(events.map((t) => t.events[0]?.sequence ?? 0)),
        joined(events.map((t) => t.trace)),
        joined(entries),
      );
    if (changed.length > 0)
      values.push(
        joined(changed.map((one) => one.execution)),
        joined(changed.map((one) => one.after.id)),
        joined(changed.map((one) => one.after.status)),
        array(changed.map((one) => one.after.startTime)),
        array(changed.map((one) => one.after.endTime)),
        joined(changed.map((one) => JSON.stringify(stageDataOf(one.after)))),
        joined(contexts),
        joined(outputs),
      );
    if (made.length > 0) values.push(...stages);
    if (removed.length > 0)
      values.push(joined(removed.map((one) => one.execution)), joined(removed.map((one) => one.id)));
    if (uses.length > 0)
      values.push(
        joined(big.map((blob) => blob.hash)),
        joined(big.map((blob) => blob.data)),
        joined(uses.map((use) => use.execution)),
        joined(uses.map((use) => use.hash)),
      );
  }
  const { rows } = await db.query<{ id: string; released: boolean; mail_seq: number }>({
    ...statement,
    values,
  });
  for (const { execution, hash } of uses) hashesOf(stored, execution).add(hash);
  return new Map(
    rows.map((row) => [row.id, { kind: 'committed', released: row.released, mailSeq: row.mail_seq } as const]),
  );
}

/** The hashes that are kept of an execution, to be added to. */
export function hashesOf(held: Map<string, Set<string>>, execution: string): Set<string> {
  const known = held.get(execution);
  if (known) return known;
  const hashes = new Set<string>();
  held.set(execution, hashes);
  return hashes;
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
    t.rows ? JSON.stringify(liveOf(state)) : null,
    t.mailApplied,
    t.wakeAt ?? null,
    t.release,
    leaseMs,
    ...(entry === undefined ? [] : [id, t.events[0]?.sequence ?? 0, t.trace || null, entry]),
    ...(t.rows?.changed ?? []).flatMap(({ after }, index) => [
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

/** What the history keeps of an input. What a task returned is in the events themselves. */
export function inputOf(message: Message): unknown {
  return message.type === 'TaskReturned' ? { ...message, result: { status: message.result.status } } : message;
}
