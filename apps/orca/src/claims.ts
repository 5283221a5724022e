import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { ExecutionState } from '@gennaker/engine/model';
import { steadyMs } from '@gennaker/service/clock';
import type { Queryable } from '@gennaker/store/database';
import type { ClaimThreadCommand, ClaimThreadData, ClaimThreadReport, Switches } from './claim-thread.ts';
import { blobsOf, type ExecutionRow, LATER_OF, type StageRow, STAGES_OF, stateOf } from './rows.ts';

/** An execution that this process may work on until the lease ends or somebody takes it. */
export interface Claim {
  readonly id: string;
  readonly epoch: number;
  readonly state: ExecutionState;
  /** What of the state the rows show; undefined: no stage has a row yet. */
  readonly shown: ExecutionState | undefined;
  readonly mailSeq: number;
  readonly mailApplied: number;
  readonly trace: string;
}

/** Who holds claims is told when one was lost or has mail, and what the workers' table says of this process. */
export interface ClaimHolder {
  lost(id: string): void;
  mail(id: string, seq: number): void;
  /** A claimed row holds what no execution can be made of. */
  unreadable(claim: { readonly id: string; readonly owner: string; readonly epoch: number }, error: unknown): void;
  /** Somebody wants this process to take nothing new, or all of them to rest. */
  switches(state: Switches): void;
  /** What the heartbeat tells others. */
  report(): { readonly held: number; readonly rescues: Readonly<Record<string, number>> };
}

export interface ClaimOptions {
  readonly db: Queryable;
  readonly databaseUrl: string;
  readonly instance: string;
  readonly holder: ClaimHolder;
  readonly leaseMs?: number;
}

const LEASE_MS = 4_000;
const RENEW_MS = 1_000;
const BEAT_MS = 250;
/** An execution that failed the engine so often is set aside. */
export const MAX_FAILURES = 5;
/** Most claims of one statement. */
const BATCH = 200;
/** A claim that is given back sooner is never told to the thread: most executions are over by then. */
const TELL_AFTER_MS = 250;

interface ClaimRow extends ExecutionRow {
  readonly epoch: number;
  readonly mail_seq: number;
  readonly mail_applied: number;
  readonly trace: string | null;
  readonly stages: StageRow[];
}

/** The claims of this process: taken in the row, renewed by a thread of their own. The owner's name is new at every start. */
export class Claims {
  readonly owner: string;
  readonly leaseMs: number;
  readonly #db: Queryable;
  readonly #thread: Worker;
  readonly #holder: ClaimHolder;
  readonly #held = new Map<string, number>();
  readonly #told = new Set<string>();
  readonly #beat: NodeJS.Timeout;
  readonly #teller: NodeJS.Timeout;
  readonly #wanted: { readonly id: string; resolve(claim: Claim | undefined): void; reject(error: unknown): void }[] =
    [];
  #taking = false;

  constructor(options: ClaimOptions) {
    this.owner = `${options.instance}-${randomUUID()}`;
    this.leaseMs = options.leaseMs ?? LEASE_MS;
    this.#db = options.db;
    this.#holder = options.holder;
    const beat = new SharedArrayBuffer(8);
    const cell = new BigInt64Array(beat);
    const sign = (): bigint => Atomics.store(cell, 0, BigInt(steadyMs()));
    sign();
    this.#beat = setInterval(sign, BEAT_MS);
    this.#beat.unref();
    this.#teller = setInterval(() => this.#tellAdditions(), TELL_AFTER_MS);
    this.#teller.unref();
    const workerData: ClaimThreadData = {
      databaseUrl: options.databaseUrl,
      owner: this.owner,
      instance: options.instance,
      leaseMs: this.leaseMs,
      everyMs: Math.min(RENEW_MS, this.leaseMs / 4),
      beat,
    };
    this.#thread = new Worker(new URL('./claim-thread.ts', import.meta.url), { workerData });
    this.#thread.unref();
    this.#thread.on('message', (report: ClaimThreadReport) => this.#take(report));
  }

  /** Claims an execution; undefined when it is complete, unknown or somebody's. Calls that arrive together share a statement. */
  take(id: string): Promise<Claim | undefined> {
    return new Promise((resolve, reject) => {
      this.#wanted.push({ id, resolve, reject });
      if (this.#taking) return;
      this.#taking = true;
      setImmediate(() => void this.#takeAll());
    });
  }

  /** An execution that was claimed at its birth by a statement that began at `at`. */
  adopt(id: string, at: number): void {
    this.#held.set(id, at);
  }

  /** A commit that began at `at` renewed the lease. */
  renewed(id: string, at: number): void {
    const before = this.#held.get(id);
    if (before !== undefined && at > before) this.#held.set(id, at);
  }

  async #takeAll(): Promise<void> {
    while (this.#wanted.length > 0) {
      const batch = this.#wanted.splice(0, BATCH);
      try {
        const claims = await this.#takeBatch([...new Set(batch.map(({ id }) => id))]);
        for (const { id, resolve } of batch) {
          resolve(claims.get(id));
          claims.delete(id);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#taking = false;
  }

  async #takeBatch(ids: readonly string[]): Promise<Map<string, Claim>> {
    const at = steadyMs();
    const { rows } = await this.#db.query<ClaimRow>({
      name: 'orca-claim',
      // The stages are read by the statement that claims: nobody else can have changed them since.
      text: `with mine as (
               update orca.executions set owner = $2, epoch = epoch + 1,
                 claim_expires = clock_timestamp() + $3 * interval '1 millisecond',
                 due_at = clock_timestamp() + $3 * interval '1 millisecond'
               where id in (select id from orca.executions where id = any($1) for update skip locked)
                 and (not complete or mail_seq > mail_applied) and failures < ${MAX_FAILURES}
                 and (owner is null or claim_expires < clock_timestamp())
               returning id, epoch, mail_seq, mail_applied, trace, data, live, version, rows_version
             ) select e.*, ${LATER_OF} later, (${STAGES_OF}) stages from mine e`,
      values: [ids, this.owner, this.leaseMs],
    });
    for (const { id } of rows) this.#held.set(id, at);
    const blobs = await blobsOf(this.#db, rows).catch((error: unknown) => {
      // Nobody works on them: a claim that was renewed all the same would never end.
      for (const { id } of rows) this.drop(id);
      throw error;
    });
    const claims = new Map<string, Claim>();
    for (const row of rows)
      try {
        claims.set(row.id, {
          id: row.id,
          epoch: row.epoch,
          ...stateOf(row, row.stages, blobs),
          mailSeq: row.mail_seq,
          mailApplied: row.mail_applied,
          trace: row.trace ?? '',
        });
      } catch (error) {
        this.#held.delete(row.id);
        this.#holder.unreadable({ id: row.id, owner: this.owner, epoch: row.epoch }, error);
      }
    return claims;
  }

  /** True while the lease surely holds: new work may begin. */
  safe(id: string): boolean {
    const at = this.#held.get(id);
    return at !== undefined && steadyMs() - at < this.leaseMs * 0.7;
  }

  /** The lease has surely ended: what was decided cannot be written any more. */
  expired(id: string): boolean {
    const at = this.#held.get(id);
    return at === undefined || steadyMs() - at > this.leaseMs;
  }

  /** Stops renewing. The row is released by the commit that said so, or by the lease's end. */
  drop(id: string): void {
    this.#held.delete(id);
    if (this.#told.delete(id)) this.#tell({ remove: [id] });
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    clearInterval(this.#teller);
    this.#tell({ end: true });
    await this.#thread.terminate();
  }

  #tell(command: ClaimThreadCommand): void {
    this.#thread.postMessage(command);
  }

  #tellAdditions(): void {
    this.#tell({ beat: this.#holder.report() });
    const now = steadyMs();
    const add: string[] = [];
    for (const [id, at] of this.#held)
      if (!this.#told.has(id) && now - at >= TELL_AFTER_MS) {
        this.#told.add(id);
        add.push(id);
      }
    if (add.length > 0) this.#tell({ add });
  }

  #take(report: ClaimThreadReport): void {
    if (report.switches) this.#holder.switches(report.switches);
    const renewed = new Map(report.renewed);
    const busy = new Set(report.busy);
    for (const id of report.asked) {
      const claimedAt = this.#held.get(id);
      if (claimedAt === undefined) continue;
      const mailSeq = renewed.get(id);
      if (mailSeq !== undefined) {
        this.#held.set(id, Math.max(claimedAt, report.at));
        this.#holder.mail(id, mailSeq);
      } else if (claimedAt < report.at && !busy.has(id)) this.#holder.lost(id);
    }
  }
}
