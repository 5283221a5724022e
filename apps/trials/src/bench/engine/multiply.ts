import pg from 'pg';

const TABLES = ['executions', 'stages', 'events'] as const;

/**
 * Stores an execution `times` more times under new ids, with its stages and history, in PostgreSQL itself: what a system
 * has that has run for years. Keys that are unique are left out; times of the copies are the original's.
 */
export async function multiply(databaseUrl: string, id: string, times: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Ids of stages are anew too, wherever they are named: alike ones would tell the planner that they choose nothing.
    const stages = await client.query<{ id: string }>('select id from orca.stages where execution_id = $1', [id]);
    const renamed = (column: string): string =>
      [id, ...stages.rows.map((stage) => stage.id)].reduce(
        (text, old) => `replace(${text}, ${client.escapeLiteral(old)}, ${client.escapeLiteral(old)} || '-' || number)`,
        `${column}::text`,
      );
    for (const table of TABLES) {
      const { rows } = await client.query<{ name: string; type: string }>(
        `select column_name as name, data_type as type from information_schema.columns
         where table_schema = 'orca' and table_name = $1 order by ordinal_position`,
        [table],
      );
      const key = table === 'executions' ? 'id' : 'execution_id';
      const own = new Set(table === 'events' ? ['id', 'xid'] : []);
      const kept = rows.filter(({ name }) => !own.has(name));
      const columns = kept.map(({ name }) => name);
      const values = kept.map(({ name, type }) => {
        if (name === key) return `$1 || '-' || number`;
        if (name === 'start_key' || name === 'correlation_id') return 'null';
        const column = `one.${client.escapeIdentifier(name)}`;
        if (table === 'stages' && name === 'id') return renamed(column);
        return type === 'json' ? `${renamed(column)}::json` : column;
      });
      await client.query(
        `insert into orca.${table} (${columns.map((name) => client.escapeIdentifier(name)).join(', ')})
         select ${values.join(', ')} from orca.${table} one, generate_series(1, $2::int) number where one.${key} = $1`,
        [id, times],
      );
    }
    await client.query('vacuum analyze orca.executions, orca.stages, orca.events');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
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
