import { parentPort, workerData } from 'node:worker_threads';
import { steadyMs } from '@gennaker/service/clock';
import pg from 'pg';

/** What the thread is started with. `beat` holds the main loop's last sign of life, steady ms. */
export interface ClaimThreadData {
  readonly databaseUrl: string;
  readonly owner: string;
  readonly instance: string;
  readonly leaseMs: number;
  readonly everyMs: number;
  readonly beat: SharedArrayBuffer;
}

/** What a process tells of itself in the workers' table. */
interface Heartbeat {
  readonly held: number;
  readonly rescues: Readonly<Record<string, number>>;
}

/** From the main thread: executions were claimed or let go; what to tell of the process; or the thread shall end. */
export type ClaimThreadCommand =
  | { readonly add: readonly string[] }
  | { readonly remove: readonly string[] }
  | { readonly beat: Heartbeat }
  | { readonly end: true };

/** To the main thread: which claims were renewed by a statement that began at `at`, with their mail numbers. */
export interface ClaimThreadReport {
  readonly at: number;
  readonly asked: readonly string[];
  readonly renewed: readonly (readonly [string, number])[];
  /** Still this process's, but a commit was under way, which renews them itself. */
  readonly busy: readonly string[];
  readonly switches?: Switches;
}

/** What others want of this process: nothing new, or all to rest; and whether there are others at all. */
export interface Switches {
  readonly draining: boolean;
  readonly paused: boolean;
  readonly alone: boolean;
}

const SILENCE_MS = 2_500;
/** Rows of processes that are gone are kept this long. */
const FORGET_AFTER = '1 day';
/** A process that was seen so lately may have readers of the stream. */
const OTHERS_WITHIN = '1 minute';

const HEARTBEAT = `
with me as (
  insert into orca.workers (owner, instance, held, rescues) values ($1, $2, $3, $4)
  on conflict (owner) do update set seen_at = clock_timestamp(), held = excluded.held, rescues = excluded.rescues
  returning draining
), old as (
  delete from orca.workers where seen_at < now() - interval '${FORGET_AFTER}'
) select me.draining, exists (select 1 from orca.engine_pause) as paused,
    not exists (select 1 from orca.workers where owner <> $1 and seen_at > now() - interval '${OTHERS_WITHIN}') as alone from me`;

/** Renews the process's claims, and its own row, from a connection of its own for as long as the main loop answers. */
export function keepClaims(data: ClaimThreadData, port: NonNullable<typeof parentPort>): void {
  const claimed = new Set<string>();
  const beat = new BigInt64Array(data.beat);
  let heartbeat: Heartbeat = { held: 0, rescues: {} };
  let client: pg.Client | undefined;
  let ended = false;

  const connected = async (): Promise<pg.Client> => {
    if (client) return client;
    const fresh = new pg.Client({
      connectionString: data.databaseUrl,
      application_name: 'orca-claims',
      statement_timeout: data.leaseMs,
      connectionTimeoutMillis: data.leaseMs,
    });
    fresh.on('error', () => (client = undefined));
    await fresh.connect();
    return (client = fresh);
  };

  const renew = async (): Promise<void> => {
    const at = steadyMs();
    if (at - Number(Atomics.load(beat, 0)) > SILENCE_MS) return;
    const asked = [...claimed];
    const db = await connected();
    const { rows } =
      asked.length === 0
        ? { rows: [] }
        : await db.query<{ id: string; mail_seq: number; busy: boolean }>({
            name: 'renew',
            // A row that a commit holds just now is renewed by that commit; to wait for it could end in a deadlock.
            text: `with mine as (
                     select id, mail_seq from orca.executions where owner = $1 and id = any($2) and claim_expires > clock_timestamp()
                   ), free as (
                     select id from orca.executions where id in (select id from mine) for update skip locked
                   ), renewed as (
                     update orca.executions e set claim_expires = clock_timestamp() + $3 * interval '1 millisecond',
                       due_at = clock_timestamp() + $3 * interval '1 millisecond'
                     from free where e.id = free.id and e.owner = $1 returning e.id, e.mail_seq
                   )
                   select m.id, coalesce(r.mail_seq, m.mail_seq) mail_seq, r.id is null as busy
                   from mine m left join renewed r using (id)`,
            values: [data.owner, asked, data.leaseMs],
          });
    const told = await db.query<Switches>({
      name: 'heartbeat',
      text: HEARTBEAT,
      values: [data.owner, data.instance, heartbeat.held, JSON.stringify(heartbeat.rescues)],
    });
    const switches = told.rows[0];
    const report: ClaimThreadReport = {
      at,
      asked,
      renewed: rows.filter((row) => !row.busy).map((row) => [row.id, row.mail_seq]),
      busy: rows.filter((row) => row.busy).map((row) => row.id),
      ...(switches ? { switches } : {}),
    };
    port.postMessage(report);
  };

  const round = async (): Promise<void> => {
    if (ended) return;
    const started = steadyMs();
    await renew().catch(() => {
      const broken = client;
      client = undefined;
      void broken?.end().catch(() => undefined);
    });
    setTimeout(() => void round(), Math.max(50, data.everyMs - (steadyMs() - started)));
  };

  port.on('message', (command: ClaimThreadCommand) => {
    if ('add' in command) for (const id of command.add) claimed.add(id);
    else if ('remove' in command) for (const id of command.remove) claimed.delete(id);
    else if ('beat' in command) heartbeat = command.beat;
    else {
      ended = true;
      void (client?.end() ?? Promise.resolve()).catch(() => undefined).then(() => port.close());
    }
  });
  void round();
}

if (parentPort) keepClaims(workerData as ClaimThreadData, parentPort);
