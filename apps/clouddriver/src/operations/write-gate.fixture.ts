import pg from 'pg';
import { z } from 'zod';

/** A lock that nothing else of ours asks for. */
const LOCK = 4_711;

/** A write that waits at the gate. */
export interface ParkedWrite {
  /** `write STEP STATE`; the step is told by a hash of its name. */
  readonly point: string;
  /** Backend of the database that waits. */
  readonly pid: number;
}

const lookSchema = z.object({ ended: z.boolean(), pid: z.number().nullable(), point: z.string().nullable() });

/**
 * A gate in the database at which each write of an operation's journal waits while it is shut: there the process that
 * writes can be killed exactly before or exactly after its write, though it knows nothing of the gate.
 */
export class WriteGate {
  readonly #client: pg.Client;
  #shut = false;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Builds the gate into a database. */
  static async open(url: string): Promise<WriteGate> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`
      create schema if not exists gate;
      create or replace function gate.wait() returns trigger language plpgsql as $$
      declare
        step text := coalesce(to_jsonb(new)->>'name', 'operation');
        state text := coalesce(to_jsonb(new)->>'state', to_jsonb(new)->>'status');
        known text := current_setting('application_name');
      begin
        perform set_config('application_name', 'write ' || md5(step) || ' ' || state, false);
        perform pg_advisory_xact_lock_shared(${LOCK});
        perform set_config('application_name', known, false);
        return new;
      end $$;
      create or replace trigger gate before insert or update on clouddriver.steps
        for each row execute function gate.wait();
      create or replace trigger gate before update on clouddriver.operations
        for each row when (old.status is distinct from new.status) execute function gate.wait();`);
    return new WriteGate(client);
  }

  /** Shuts it, or opens it. */
  async shut(shut: boolean): Promise<void> {
    if (shut === this.#shut) return;
    await this.#client.query(`select ${shut ? 'pg_advisory_lock' : 'pg_advisory_unlock'}(${LOCK})`);
    this.#shut = shut;
  }

  /** Whether an operation has ended, and the write that waits. */
  async look(operation: string): Promise<{ readonly ended: boolean; readonly parked: ParkedWrite | null }> {
    const { rows } = await this.#client.query(
      `select o.ended_at is not null as ended, a.pid, a.application_name as point
       from clouddriver.operations o
       left join (select pid, application_name from pg_stat_activity join pg_locks using (pid)
         where locktype = 'advisory' and objsubid = 1 and objid = ${LOCK} and not granted limit 1) a on true
       where o.id = $1`,
      [operation],
    );
    const { ended, pid, point } = lookSchema.parse(rows[0]);
    return { ended, parked: pid === null || point === null ? null : { pid, point } };
  }

  /** Lets the write that waits be made, and waits until it is; the next one waits again. */
  async pass(): Promise<void> {
    if (!this.#shut) return;
    await this.shut(false);
    await this.shut(true);
  }

  /** Has a write that waits never be made. */
  async forget({ pid }: ParkedWrite): Promise<void> {
    await this.#client.query('select pg_terminate_backend($1, 5000)', [pid]);
  }

  /** The owners of all operations are dead. */
  async expireLeases(): Promise<void> {
    await this.#client.query(
      `update clouddriver.operations set lease_until = clock_timestamp() - interval '1 second' where ended_at is null`,
    );
  }

  /** Forgets everything that clouddriver knows. */
  async empty(): Promise<void> {
    await this.shut(false);
    const { rows } = await this.#client.query<{ names: string }>(
      `select string_agg(format('clouddriver.%I', tablename), ', ') as names from pg_tables where schemaname = 'clouddriver'`,
    );
    await this.#client.query(`truncate ${rows[0]?.names ?? ''} cascade`);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
