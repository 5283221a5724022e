import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { ExecutionState, StageState } from '@gennaker/engine/model';
import type { Database } from '@gennaker/store/database';
import type { ClaimThreadCommand, ClaimThreadData, ClaimThreadReport } from './claim-thread.ts';
import { readStages, stateOf } from './rows.ts';

/** An execution that this process may work on until the lease ends or somebody takes it. */
export interface Claim {
  readonly id: string;
  readonly epoch: number;
  readonly state: ExecutionState;
  readonly mailSeq: number;
  readonly mailApplied: number;
  readonly trace: string;
}

/** Who holds claims is told when one was lost or has mail. */
export interface ClaimHolder {
  lost(id: string): void;
  mail(id: string, seq: number): void;
}

export interface ClaimOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly instance: string;
  readonly holder: ClaimHolder;
  readonly leaseMs?: number;
}

const LEASE_MS = 4_000;
const RENEW_MS = 1_000;
const BEAT_MS = 250;

interface ClaimRow {
  readonly epoch: number;
  readonly mail_seq: number;
  readonly mail_applied: number;
  readonly trace: string | null;
  readonly data: Omit<ExecutionState, 'stages'>;
}

/** The claims of this process: taken in the row, renewed by a thread of their own. The owner's name is new at every start. */
export class Claims {
  readonly owner: string;
  readonly leaseMs: number;
  readonly #db: Database;
  readonly #thread: Worker;
  readonly #holder: ClaimHolder;
  readonly #held = new Map<string, number>();
  readonly #beat: NodeJS.Timeout;

  constructor(options: ClaimOptions) {
    this.owner = `${options.instance}-${randomUUID()}`;
    this.leaseMs = options.leaseMs ?? LEASE_MS;
    this.#db = options.db;
    this.#holder = options.holder;
    const beat = new SharedArrayBuffer(8);
    const cell = new BigInt64Array(beat);
    const sign = (): bigint => Atomics.store(cell, 0, BigInt(Date.now()));
    sign();
    this.#beat = setInterval(sign, BEAT_MS);
    this.#beat.unref();
    const workerData: ClaimThreadData = {
      databaseUrl: options.databaseUrl,
      owner: this.owner,
      leaseMs: this.leaseMs,
      everyMs: Math.min(RENEW_MS, this.leaseMs / 4),
      beat,
    };
    this.#thread = new Worker(new URL('./claim-thread.ts', import.meta.url), { workerData });
    this.#thread.unref();
    this.#thread.on('message', (report: ClaimThreadReport) => this.#take(report));
  }

  /** Claims an execution; undefined when it is complete, unknown or somebody's. */
  async take(id: string): Promise<Claim | undefined> {
    const at = Date.now();
    const { rows } = await this.#db.pool.query<ClaimRow>({
      name: 'orca-claim',
      text: `update orca.executions set owner = $2, epoch = epoch + 1,
               claim_expires = clock_timestamp() + $3 * interval '1 millisecond'
             where id = $1 and not complete and (owner is null or claim_expires < clock_timestamp())
             returning epoch, mail_seq, mail_applied, trace, data`,
      values: [id, this.owner, this.leaseMs],
    });
    const row = rows[0];
    if (!row) return undefined;
    this.#held.set(id, at);
    this.#tell({ add: id });
    const stages: readonly StageState[] = await readStages(this.#db.pool, id);
    return {
      id,
      epoch: row.epoch,
      state: stateOf(row.data, stages),
      mailSeq: row.mail_seq,
      mailApplied: row.mail_applied,
      trace: row.trace ?? '',
    };
  }

  /** True while the lease surely holds: new work may begin. */
  safe(id: string): boolean {
    const at = this.#held.get(id);
    return at !== undefined && Date.now() - at < this.leaseMs * 0.7;
  }

  /** The lease has surely ended: what was decided cannot be written any more. */
  expired(id: string): boolean {
    const at = this.#held.get(id);
    return at === undefined || Date.now() - at > this.leaseMs;
  }

  /** Stops renewing. The row is released by the commit that said so, or by the lease's end. */
  drop(id: string): void {
    this.#held.delete(id);
    this.#tell({ remove: id });
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#tell({ end: true });
    await this.#thread.terminate();
  }

  #tell(command: ClaimThreadCommand): void {
    this.#thread.postMessage(command);
  }

  #take(report: ClaimThreadReport): void {
    const renewed = new Map(report.renewed);
    for (const id of report.asked) {
      const claimedAt = this.#held.get(id);
      if (claimedAt === undefined) continue;
      const mailSeq = renewed.get(id);
      if (mailSeq !== undefined) {
        this.#held.set(id, Math.max(claimedAt, report.at));
        this.#holder.mail(id, mailSeq);
      } else if (claimedAt < report.at) this.#holder.lost(id);
    }
  }
}
