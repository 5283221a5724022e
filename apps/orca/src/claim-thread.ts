import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';

/** What the thread is started with. `beat` holds the main loop's last sign of life, epoch ms. */
export interface ClaimThreadData {
  readonly databaseUrl: string;
  readonly owner: string;
  readonly leaseMs: number;
  readonly everyMs: number;
  readonly beat: SharedArrayBuffer;
}

/** From the main thread: an execution was claimed or let go; or the thread shall end. */
export type ClaimThreadCommand = { readonly add: string } | { readonly remove: string } | { readonly end: true };

/** To the main thread: which claims were renewed by a statement that began at `at`, with their mail numbers. */
export interface ClaimThreadReport {
  readonly at: number;
  readonly asked: readonly string[];
  readonly renewed: readonly (readonly [string, number])[];
}

const SILENCE_MS = 2_500;

/** Renews the process's claims from a connection of its own for as long as the main loop answers. */
export function keepClaims(data: ClaimThreadData, port: NonNullable<typeof parentPort>): void {
  const claimed = new Set<string>();
  const beat = new BigInt64Array(data.beat);
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
    const at = Date.now();
    if (claimed.size === 0 || at - Number(Atomics.load(beat, 0)) > SILENCE_MS) return;
    const asked = [...claimed];
    const { rows } = await (
      await connected()
    ).query<{ id: string; mail_seq: number }>({
      name: 'renew',
      text: `update orca.executions set claim_expires = clock_timestamp() + $3 * interval '1 millisecond'
             where owner = $1 and id = any($2) and claim_expires > clock_timestamp() returning id, mail_seq`,
      values: [data.owner, asked, data.leaseMs],
    });
    const report: ClaimThreadReport = { at, asked, renewed: rows.map((row) => [row.id, row.mail_seq]) };
    port.postMessage(report);
  };

  const round = async (): Promise<void> => {
    if (ended) return;
    const started = Date.now();
    await renew().catch(() => {
      const broken = client;
      client = undefined;
      void broken?.end().catch(() => undefined);
    });
    setTimeout(() => void round(), Math.max(50, data.everyMs - (Date.now() - started)));
  };

  port.on('message', (command: ClaimThreadCommand) => {
    if ('add' in command) claimed.add(command.add);
    else if ('remove' in command) claimed.delete(command.remove);
    else {
      ended = true;
      void (client?.end() ?? Promise.resolve()).catch(() => undefined).then(() => port.close());
    }
  });
  void round();
}

if (parentPort) keepClaims(workerData as ClaimThreadData, parentPort);
