import type { Database } from '@gennaker/store/database';

/** This process does not own the operation any more: stop, and write nothing. */
export class ClaimLost extends Error {
  constructor(operationId: string) {
    super(`Operation ${operationId} was taken over by another process.`);
    this.name = 'ClaimLost';
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
  /** Has a description, by its index, got as far as a step? */
  begun(index: number): boolean;
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
    begun: (index) => [...steps.keys()].some((name) => name.startsWith(`${index}.`)),
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
