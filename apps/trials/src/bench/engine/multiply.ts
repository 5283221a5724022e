import pg from 'pg';

const TABLES = ['executions', 'stages', 'events'] as const;
type Table = (typeof TABLES)[number];
/** Connections that write at the same time. */
const WRITERS = 2;
/** Stands for the number of a copy. No id, and no text of a bench's pipeline, holds it. */
const NUMBER = '\u00a7';

/** An execution to copy, and how often. */
export interface Original {
  readonly id: string;
  readonly times: number;
}

/**
 * Stores executions many more times under new ids, with their stages and history, in PostgreSQL itself by INSERT ... SELECT:
 * what a system has that has run for years. Keys that are unique are left out; times of the copies are the original's.
 * Ids of stages are new too, wherever they are named: alike ones would tell the planner that they choose nothing.
 */
export async function multiply(databaseUrl: string, originals: readonly Original[]): Promise<void> {
  const clients = Array.from({ length: WRITERS }, () => new pg.Client({ connectionString: databaseUrl }));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    const [client] = clients;
    if (!client) return;
    // Rows of one statement belong together: who references whom need not be looked up for each.
    for (const each of clients)
      await each.query(`set session_replication_role = replica; set synchronous_commit = off`);
    const restore = await dropIndexes(client);
    for (const { id, times } of originals) {
      const inserts: Insert[] = [];
      for (const table of TABLES) inserts.push(await insertOf(client, table, id));
      await Promise.all(
        clients.map(async (each, index) => {
          const [from, to] = [Math.floor((times * index) / WRITERS) + 1, Math.floor((times * (index + 1)) / WRITERS)];
          for (const { text, values } of inserts) await each.query(text, [...values, from, to]);
        }),
      );
    }
    await restore();
    await client.query('vacuum analyze orca.executions, orca.stages, orca.events');
    await client.query('checkpoint');
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** Takes the indexes away that are no constraints; made anew over all rows they cost less than row by row. */
async function dropIndexes(client: pg.Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made from pg_index i
     where i.indrelid = any ($1::regclass[])
       and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [TABLES.map((table) => `orca.${table}`)],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return async () => {
    await client.query(`set maintenance_work_mem = '512MB'`);
    for (const { made } of rows) await client.query(made);
  };
}

interface Insert {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The statement that copies an execution's rows of one table; the last two of its values are the first and last number. */
async function insertOf(client: pg.Client, table: Table, id: string): Promise<Insert> {
  const columns = await client.query<{ name: string; type: string }>(
    `select column_name as name, format_type(a.atttypid, a.atttypmod) as type
     from information_schema.columns c
     join pg_attribute a on a.attrelid = ('orca.' || c.table_name)::regclass and a.attname = c.column_name
     where c.table_schema = 'orca' and c.table_name = $1 order by c.ordinal_position`,
    [table],
  );
  const stages = await client.query<{ id: string }>('select id from orca.stages where execution_id = $1', [id]);
  const ids = [id, ...stages.rows.map((stage) => stage.id)];
  const own = new Set(table === 'events' ? ['id', 'xid'] : []);
  const unique = new Set(['start_key', 'correlation_id']);
  const kept = columns.rows.filter(({ name }) => !own.has(name));
  const key = table === 'executions' ? 'id' : 'execution_id';
  const names = kept.map(({ name }) => client.escapeIdentifier(name));
  const rows = await client.query<Record<string, string | null>>(
    `select ${names.map((name) => `${name}::text as ${name}`).join(', ')} from orca.${table} where ${key} = $1`,
    [id],
  );
  const numbered = (value: string): string =>
    ids.reduce((text, old) => text.replaceAll(old, `${old}-${NUMBER}`), value);
  // One list of texts for each column: a row of it is a row of the original, with a mark where the number goes.
  const values = kept.map(({ name }) =>
    rows.rows.map((row) => {
      const value = row[name];
      return value === null || value === undefined || unique.has(name) ? null : numbered(value);
    }),
  );
  const marked = values.map((list) => list.some((value) => value?.includes(NUMBER)));
  const selected = kept.map(({ type }, at) => {
    const text = marked[at] ? `replace(one.c${at}, '${NUMBER}', number::text)` : `one.c${at}`;
    return `(${text})::${type}`;
  });
  const lists = kept.map((_, at) => `$${at + 1}::text[]`).join(', ');
  return {
    text: `insert into orca.${table} (${names.join(', ')})
      select ${selected.join(', ')}
      from generate_series($${kept.length + 1}::int, $${kept.length + 2}::int) number,
        unnest(${lists}) one(${kept.map((_, at) => `c${at}`).join(', ')})`,
    values,
  };
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
