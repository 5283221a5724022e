import type { Message } from '@gennaker/engine/messages';
import { steadyMs } from '@gennaker/service/clock';
import type { Queryable } from '@gennaker/store/database';
import { Batches } from './batches.ts';
import { hashesOf } from './blobs.ts';
import { type CommitPart, commitPart } from './commit-part.ts';
import { commitStatement, startAndCommitStatement } from './commit-statement.ts';
import {
  type Birth,
  type Born,
  insertStarts,
  type Prepared,
  type Started,
  startedOf,
  type StartPart,
  startPart,
} from './start-part.ts';
import type { Outcome, Transition } from './transition.ts';

/** Most pieces of one flush. */
const BATCH = 500;

interface Commit {
  readonly transition: Transition;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

interface Start {
  readonly prepared: Prepared;
  resolve(started: Born): void;
  reject(error: unknown): void;
}

/** Tells everybody of a flush what became of it. */
type Tell = () => void;

/** A row of a flush's answer; one of a new execution has no `mail_seq`. */
interface FlushRow {
  readonly id: string;
  readonly released: boolean;
  readonly mail_seq: number | null;
}

/**
 * The one writer of a process: new executions and transitions are handed in, and written in batches, those that come together
 * in one statement. A batch that fails is split until the row at fault is alone.
 */
export class Writer {
  readonly #db: Queryable;
  readonly #leaseMs: number;
  readonly #birth: () => Birth | undefined;
  /** Big values that the executions at hand hold in the database already. */
  readonly #stored = new Map<string, Set<string>>();
  readonly #batches = new Batches<Commit | Start>(BATCH, (batch) => this.#write(batch));

  /**
   * `leaseMs`: for how long a commit renews the claim that it is made under. `birth` says whether this process takes what is
   * started now; absent: never.
   */
  constructor(db: Queryable, leaseMs: number, birth: () => Birth | undefined = () => undefined) {
    this.#db = db;
    this.#leaseMs = leaseMs;
    this.#birth = birth;
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

  /** Stores a new execution, once per id, key and running correlation id; it is claimed at its birth where this process works on it. */
  start(prepared: Prepared): Promise<Born> {
    return new Promise((resolve, reject) => this.#batches.add({ prepared, resolve, reject }));
  }

  async #write(batch: readonly (Commit | Start)[]): Promise<Tell> {
    const starts: Start[] = [];
    const commits: Commit[] = [];
    for (const one of batch) {
      if ('prepared' in one) starts.push(one);
      else commits.push(one);
    }
    if (starts.length === 0) return this.#commit(commits);
    if (commits.length === 0) return this.#start(starts);
    return this.#both(starts, commits);
  }

  /** One statement for both; where big values are to be stored, or the database refuses something, each kind goes by itself. */
  async #both(starts: readonly Start[], commits: readonly Commit[]): Promise<Tell> {
    const at = steadyMs();
    try {
      const start = startPart(preparedOf(starts), this.#birth());
      const commit = commitPart(transitionsOf(commits), this.#leaseMs, this.#stored, false);
      if (start.blobs || commit.uses.length > 0)
        return allOf(await Promise.all([this.#start(starts, start), this.#commit(commits, commit)]));
      const { rows } = await this.#db.query<FlushRow>({
        ...startAndCommitStatement(commit.parts),
        values: [...start.values, ...commit.values],
      });
      const born = new Set(rows.filter((row) => row.mail_seq === null).map((row) => row.id));
      const tellStarts = startedOf(this.#db, start, born).then(
        (started) => tellBorn(starts, start, started, at),
        (error: unknown) => rejectAll(starts, error),
      );
      return allOf([await tellStarts, tellOutcomes(commits, rows)]);
    } catch (error) {
      if (isRefusedByData(error)) return allOf(await Promise.all([this.#start(starts), this.#commit(commits)]));
      return allOf([rejectAll(starts, error), await this.#readBack(commits, error)]);
    }
  }

  async #start(batch: readonly Start[], ready?: StartPart): Promise<Tell> {
    const at = steadyMs();
    try {
      const part = ready ?? startPart(preparedOf(batch), this.#birth());
      return tellBorn(batch, part, await insertStarts(this.#db, part), at);
    } catch (error) {
      if (batch.length === 1 || !isRefusedByData(error)) return rejectAll(batch, error);
      const tell: Tell[] = [];
      for (const one of batch) tell.push(await this.#start([one]));
      return allOf(tell);
    }
  }

  async #commit(batch: readonly Commit[], ready?: CommitPart): Promise<Tell> {
    try {
      const part = ready ?? commitPart(transitionsOf(batch), this.#leaseMs, this.#stored, true);
      const { rows } = await this.#db.query<FlushRow>({
        ...commitStatement(part.parts, part.form),
        values: [...part.values],
      });
      for (const { execution, hash } of part.uses) hashesOf(this.#stored, execution).add(hash);
      return tellOutcomes(batch, rows);
    } catch (error) {
      return isRefusedByData(error) ? this.#split(batch, error) : this.#readBack(batch, error);
    }
  }

  async #split(batch: readonly Commit[], error: unknown): Promise<Tell> {
    const [only, ...others] = batch;
    if (only && others.length === 0) return () => only.reject(error);
    const half = Math.ceil(batch.length / 2);
    const tell = [await this.#commit(batch.slice(0, half)), await this.#commit(batch.slice(half))];
    return allOf(tell);
  }

  /** Nobody knows what became of a flush: the rows tell. What was not written may be tried again by whoever asked. */
  async #readBack(batch: readonly Commit[], error: unknown): Promise<Tell> {
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
      return rejectAll(batch, error);
    }
  }
}

const preparedOf = (batch: readonly Start[]): Prepared[] => batch.map(({ prepared }) => prepared);
const transitionsOf = (batch: readonly Commit[]): Transition[] => batch.map(({ transition }) => transition);

const allOf =
  (tell: readonly Tell[]): Tell =>
  () =>
    tell.forEach((one) => one());
const rejectAll =
  (batch: readonly (Start | Commit)[], error: unknown): Tell =>
  () =>
    batch.forEach(({ reject }) => reject(error));

/** `at`: when the statement that stored them began. */
function tellBorn(
  batch: readonly Start[],
  { states, birth }: StartPart,
  started: readonly Started[],
  at: number,
): Tell {
  return () =>
    batch.forEach(({ prepared, resolve }, index) => {
      const one = started[index] ?? { id: prepared.state.id, fresh: false };
      const claimed = one.fresh && birth !== undefined && !prepared.queued;
      resolve({ ...one, at, claimed, state: states[index] ?? prepared.state });
    });
}

function tellOutcomes(batch: readonly Commit[], rows: readonly FlushRow[]): Tell {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return () => {
    for (const { transition, resolve } of batch) {
      const row = byId.get(transition.state.id);
      resolve(
        row && row.mail_seq !== null
          ? { kind: 'committed', released: row.released, mailSeq: row.mail_seq }
          : { kind: 'fenced' },
      );
    }
  };
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

/** What the history keeps of an input. What a task returned is in the events themselves. */
export function inputOf(message: Message): unknown {
  return message.type === 'TaskReturned' ? { ...message, result: { status: message.result.status } } : message;
}
