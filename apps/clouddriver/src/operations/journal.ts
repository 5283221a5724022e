import { createHash } from 'node:crypto';
import type { OperationContext, ResourceRef, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import { type Database, inTransaction } from '@gennaker/store/database';
import { nextServerGroupName } from '@gennaker/extension-sdk/server-group-name';
import { readTraffic, writeTraffic } from '../inventory/traffic.ts';

/** This process does not own the operation any more: stop, and write nothing. */
export class ClaimLost extends Error {
  constructor(operationId: string) {
    super(`Operation ${operationId} was taken over by another process.`);
    this.name = 'ClaimLost';
  }
}

/** While an operation is undone its steps are replayed up to where it failed; this ends the replay. */
export class EndOfReplay extends Error {
  constructor() {
    super('The replay reached the step that failed.');
    this.name = 'EndOfReplay';
  }
}

interface StepRow {
  readonly state: 'started' | 'done' | 'undone';
  readonly result: unknown;
}

/** Which run of which operation writes: the fence of every write. */
export interface Claim {
  readonly operationId: string;
  readonly owner: string;
  readonly epoch: string;
}

/** The journal of one operation as its owner sees it. */
export interface Journal {
  readonly claim: Claim;
  /** Result of a step that is done. */
  done(name: string): { readonly result: unknown } | undefined;
  /** Marks a step begun; false when it was already done. */
  begin(name: string): Promise<void>;
  finish(name: string, result: unknown): Promise<void>;
  undone(name: string): Promise<void>;
  has(name: string): StepRow['state'] | undefined;
  progress(phase: string, status: string): Promise<void>;
}

/** Reads an operation's journal. */
export async function openJournal(db: Database, claim: Claim): Promise<Journal> {
  const read = await db.pool.query<{ name: string; state: StepRow['state']; result: unknown }>(
    'select name, state, result from clouddriver.steps where operation_id = $1',
    [claim.operationId],
  );
  const steps = new Map<string, StepRow>(read.rows.map((row) => [row.name, { state: row.state, result: row.result }]));
  const lines = await db.pool.query<{ sequence: number; phase: string; status: string }>(
    'select sequence, phase, status from clouddriver.progress where operation_id = $1',
    [claim.operationId],
  );
  const said = new Set(lines.rows.map((row) => `${row.phase}\n${row.status}`));
  let sequence = lines.rows.reduce((most, row) => Math.max(most, row.sequence), 0);

  const fenced = async (text: string, values: readonly unknown[]): Promise<void> => {
    const result = await db.pool.query(
      `with owned as (
         select id from clouddriver.operations where id = $1 and owner = $2 and epoch = $3 and ended_at is null for share
       ) ${text}`,
      [claim.operationId, claim.owner, claim.epoch, ...values],
    );
    if (result.rowCount === 0) throw new ClaimLost(claim.operationId);
  };

  return {
    claim,
    done: (name) => {
      const step = steps.get(name);
      return step && step.state !== 'started' ? { result: step.result } : undefined;
    },
    has: (name) => steps.get(name)?.state,
    async begin(name) {
      await fenced(
        `insert into clouddriver.steps(operation_id, name, state) select id, $4, 'started' from owned
         on conflict (operation_id, name) do update set started_at = clouddriver.steps.started_at`,
        [name],
      );
      if (!steps.has(name)) steps.set(name, { state: 'started', result: null });
    },
    async finish(name, result) {
      await fenced(
        `update clouddriver.steps s set state = 'done', result = $5::jsonb, ended_at = now()
         from owned where s.operation_id = owned.id and s.name = $4`,
        [name, JSON.stringify(result ?? null)],
      );
      steps.set(name, { state: 'done', result: result ?? null });
    },
    async undone(name) {
      await fenced(
        `update clouddriver.steps s set state = 'undone', ended_at = now()
         from owned where s.operation_id = owned.id and s.name = $4`,
        [name],
      );
      steps.set(name, { state: 'undone', result: steps.get(name)?.result ?? null });
    },
    async progress(phase, status) {
      const line = `${phase}\n${status}`;
      // A resumed operation passes the same points again; its history tells each once.
      if (said.has(line)) return;
      said.add(line);
      await fenced(
        'insert into clouddriver.progress(operation_id, sequence, phase, status) select id, $4::int, $5, $6 from owned',
        [++sequence, phase, status],
      );
    },
  };
}

/** An undo that was registered by a step, in the order of the steps. */
export interface Undo {
  readonly step: string;
  run(): Promise<void>;
}

/** What one description of an operation runs in. */
export interface RunFrame {
  readonly context: OperationContext;
  readonly undos: Undo[];
  readonly touched: Map<string, ResourceRef>;
}

/** Makes the context of one description: its steps are prefixed with its index. `replaying`: the operation failed before, and only its undos are wanted. */
export function runFrame(options: {
  readonly db: Database;
  readonly journal: Journal;
  readonly account: string;
  readonly application: string | undefined;
  readonly key: string;
  readonly acceptedAt: number;
  readonly index: number;
  readonly signal: AbortSignal;
  readonly replaying: boolean;
}): RunFrame {
  const { db, journal, account } = options;
  const undos: Undo[] = [];
  const touched = new Map<string, ResourceRef>();
  const prefix = `${options.index}.`;
  const context: OperationContext = {
    operationId: journal.claim.operationId,
    acceptedAt: options.acceptedAt,
    application: options.application,
    signal: options.signal,
    progress: (phase, status) => (options.replaying ? Promise.resolve() : journal.progress(phase, status)),
    requestId: (purpose) => uuidOf(`${options.key}\n${prefix}${purpose}`),
    async step<T>(name: string, run: () => Promise<T>, undo?: () => Promise<void>): Promise<T> {
      const step = prefix + name;
      const known = journal.done(step);
      const remember = () => {
        if (undo && journal.has(step) !== 'undone') undos.push({ step, run: undo });
      };
      if (known) {
        remember();
        return known.result as T;
      }
      if (options.replaying) {
        if (journal.has(step) === 'started') remember();
        throw new EndOfReplay();
      }
      options.signal.throwIfAborted();
      await journal.begin(step);
      remember();
      const result = await run();
      await journal.finish(step, result);
      return (result ?? null) as T;
    },
    async reserveName(cluster, taken) {
      return inTransaction(db, async (client) => {
        await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [
          'clouddriver.reservations',
          `${account}/${cluster.region}/${cluster.cluster}`,
        ]);
        const { rows } = await client.query<{ name: string; operation_id: string; description: number }>(
          `select name, operation_id, description from clouddriver.reservations
           where account = $1 and region = $2 and cluster = $3`,
          [account, cluster.region, cluster.cluster],
        );
        const mine = rows.find(
          (row) => row.operation_id === journal.claim.operationId && row.description === options.index,
        );
        if (mine) return mine.name;
        const others = rows.map((row) => ({ name: row.name, createdTime: Number.POSITIVE_INFINITY }));
        const name = nextServerGroupName(cluster.cluster, [...taken, ...others]);
        await client.query(
          `insert into clouddriver.reservations(account, region, cluster, name, operation_id, description)
           values ($1, $2, $3, $4, $5, $6)`,
          [account, cluster.region, cluster.cluster, name, journal.claim.operationId, options.index],
        );
        return name;
      });
    },
    getTraffic: (region, name) => readTraffic(db.pool, { account, region, name }),
    setTraffic: (region, name, record: TrafficRecord | null) =>
      writeTraffic(db.pool, { account, region, name }, record),
    touch: (ref) => void touched.set(`${ref.kind}/${ref.region}/${ref.name}`, ref),
  };
  return { context, undos, touched };
}

/** A uuid (version 8) of a text: the same text, the same uuid. */
export function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
