import pg from 'pg';
import { closedLoop } from '../closed-loop.ts';
import { measure, type Measured, type PeerOptions } from './peer.ts';

const STAGES = 10;
const OUTPUT = JSON.stringify({ ok: true, message: 'nothing to do', number: 1 });

const CREATE = `with made as (
    insert into loop_executions (id, status) select unnest($1::bigint[]), 'RUNNING' returning id)
  insert into loop_stages (execution_id, ref, status)
  select made.id, ref, case when ref = 0 then 'RUNNING' else 'NOT_STARTED' end
  from made, generate_series(0, ${STAGES - 1}) ref`;

const ADVANCE = `with given as (select * from unnest($1::bigint[], $2::int[]) as t(e, r)),
    done as (
      update loop_stages s set status = 'SUCCEEDED', output = $3::jsonb, ended_at = now() from given
      where s.execution_id = given.e and s.ref = given.r and s.status = 'RUNNING' returning given.e, given.r),
    finished as (
      update loop_executions x set status = 'SUCCEEDED' from done where x.id = done.e and done.r = ${STAGES - 1})
  update loop_stages s set status = 'RUNNING' from done
  where s.execution_id = done.e and s.ref = done.r + 1`;

/** Collects what arrives while a statement is under way, and sends all of it with the next. */
class Batcher<T> {
  readonly #send: (items: readonly T[]) => Promise<void>;
  #waiting: { item: T; done: () => void; failed: (error: unknown) => void }[] = [];
  #busy = false;

  constructor(send: (items: readonly T[]) => Promise<void>) {
    this.#send = send;
  }

  add(item: T): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      if (!this.#busy) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, 500);
      try {
        await this.#send(batch.map(({ item }) => item));
        for (const one of batch) one.done();
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    this.#busy = false;
  }
}

/**
 * The bare group-commit loop: rows of stages in PostgreSQL, every step committed before the next begins, and no engine
 * around it - no HTTP, no claims, no events, no settings. It is the floor that the engine's throughput is a share of.
 */
export async function groupCommit(options: PeerOptions): Promise<Measured> {
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 4 });
  await pool.query(`
    create table if not exists loop_executions (id bigint primary key, status text not null);
    create table if not exists loop_stages (
      execution_id bigint, ref int, status text not null, output jsonb, ended_at timestamptz,
      primary key (execution_id, ref)) with (fillfactor = 70);
    truncate loop_executions, loop_stages`);
  const creations = new Batcher<number>(async (ids) => {
    await pool.query({ name: 'create', text: CREATE, values: [ids] });
  });
  const steps = new Batcher<{ id: number; ref: number }>(async (items) => {
    const values = [items.map(({ id }) => id), items.map(({ ref }) => ref), OUTPUT];
    await pool.query({ name: 'advance', text: ADVANCE, values });
  });
  let number = 0;
  const run = async (): Promise<void> => {
    const id = ++number;
    await creations.add(id);
    for (let ref = 0; ref < STAGES; ref++) await steps.add({ id, ref });
  };
  await closedLoop(Math.min(100, options.count), options.inFlight, run);
  const result = await measure(options, STAGES, () => closedLoop(options.count, options.inFlight, run));
  const { rows } = await pool.query<{ left: string }>(
    `select count(*) as left from loop_stages where status <> 'SUCCEEDED'`,
  );
  await pool.end();
  if (rows[0]?.left !== '0') throw new Error(`the loop left ${rows[0]?.left} stages behind`);
  return result;
}
