import pg from 'pg';
import { copyStatement, type CopyStatement, dropIndexes, NUMBER } from './copy-rows.ts';

const TABLES = ['orca.executions', 'orca.stages', 'orca.events', 'orca.execution_words'] as const;
/** Connections that write at the same time. */
const WRITERS = 2;
/** Parts that history is written in, a vacuum after each, as autovacuum does while tables grow. */
const LAYERS = 10;

/** An execution to copy, and how often. */
export interface Original {
  readonly id: string;
  readonly times: number;
}

/** How the copies of executions differ, beyond their ids, and what of them is left out. */
export interface Variety {
  readonly texts: (original: Original) => readonly (readonly [text: string, put: string])[];
  readonly marks: Readonly<Record<string, string>>;
  readonly withoutHistory: boolean;
}

/**
 * Stores executions many more times under new ids, with their stages and history, in PostgreSQL itself by INSERT ... SELECT:
 * what a system has that has run for years. Copies are numbered through all originals. Keys that are unique are left out;
 * times of the copies are the original's unless their variety says otherwise. Ids of stages are new too, wherever they are
 * named: alike ones would tell the planner that they choose nothing.
 *
 * It grows in layers. A single vacuum at the end would offer the little room that is left on each of its pages all at once,
 * and what is measured then would fill that: a page read and logged whole for every second row.
 */
export async function multiply(
  databaseUrl: string,
  originals: readonly Original[],
  variety: Partial<Variety> = {},
): Promise<void> {
  const clients = Array.from({ length: WRITERS }, () => new pg.Client({ connectionString: databaseUrl }));
  const tables = TABLES.filter((table) => table !== 'orca.events' || variety.withoutHistory !== true);
  try {
    await Promise.all(clients.map((client) => client.connect()));
    const [client] = clients;
    if (!client) return;
    // Rows of one statement belong together: who references whom need not be looked up for each.
    for (const each of clients)
      await each.query(`set session_replication_role = replica; set synchronous_commit = off`);
    const restore = await dropIndexes(client, tables);
    const copies: { inserts: readonly CopyStatement[]; times: number; before: number }[] = [];
    let before = 0;
    for (const original of originals) {
      const inserts: CopyStatement[] = [];
      for (const table of tables) inserts.push(await copyOf(client, table, original, variety));
      copies.push({ inserts, times: original.times, before });
      before += original.times;
    }
    for (let layer = 0; layer < LAYERS; layer++) {
      for (const copy of copies) {
        const share = (index: number): number =>
          copy.before + Math.floor((copy.times * (layer * WRITERS + index)) / (LAYERS * WRITERS));
        await Promise.all(
          clients.map(async (each, index) => {
            for (const { text, values } of copy.inserts)
              await each.query(text, [...values, share(index) + 1, share(index + 1)]);
          }),
        );
      }
      await client.query(`vacuum ${TABLES.join(', ')}`);
    }
    await restore();
    await client.query(`vacuum analyze ${TABLES.join(', ')}`);
    await client.query('checkpoint');
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function copyOf(
  client: pg.Client,
  table: (typeof TABLES)[number],
  original: Original,
  { texts, marks }: Partial<Variety>,
): Promise<CopyStatement> {
  const stages = await client.query<{ id: string }>('select id from orca.stages where execution_id = $1', [
    original.id,
  ]);
  const ids = [original.id, ...stages.rows.map((stage) => stage.id)];
  return copyStatement(client, {
    table,
    by: table === 'orca.executions' ? 'id' : 'execution_id',
    value: original.id,
    own: table === 'orca.events' ? ['id', 'xid'] : [],
    empty: ['start_key', 'correlation_id'],
    texts: [...ids.map((id) => [id, `${id}-${NUMBER}`] as const), ...(texts?.(original) ?? [])],
    ...(marks === undefined ? {} : { marks }),
  });
}

/** Bytes of a database. */
export async function databaseBytes(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
    return Number(rows[0]?.bytes ?? 0);
  } finally {
    await client.end();
  }
}
