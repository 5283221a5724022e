import pg from 'pg';
import type { EnginePlant } from './plants.ts';

const STATEMENTS: Partial<Record<EnginePlant, readonly string[]>> = {
  // PostgreSQL that tells of commits which it has not kept yet.
  'skip-fsync': [
    `alter system set synchronous_commit = off`,
    `alter system set wal_writer_delay = '10s'`,
    `select pg_reload_conf()`,
  ],
  // A history that takes two events of one number: its key would be a second fence.
  'no-fence': [`alter table orca.events drop constraint events_pkey`],
};

/** Does what a planted fault needs in the database of the orcas under trial. */
export async function plantInDatabase(plant: EnginePlant | undefined, databaseUrl: string): Promise<void> {
  const statements = plant === undefined ? undefined : STATEMENTS[plant];
  if (!statements) return;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
