import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** Where this repository keeps its migrations. */
export const migrationsFolder = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/** One applied migration, told to the caller as it happens; `ms` is its duration. */
export interface MigrationStep {
  name: string;
  ms: number;
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

interface Applied {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
  logs: string | null;
}

// Any constant would do; every runner of this repository must use the same.
const lockKey = 7_246_318_842;

// Prisma's own table, so that `prisma migrate deploy` and this runner continue each other's work.
const createTable = `
create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

/**
 * Brings a database up to date: applies, in order of their names, the migrations that its `_prisma_migrations` table
 * does not hold, each in its own transaction. Several callers at once wait for each other. Returns the names applied now.
 * Throws, with what to do, when an applied migration was edited afterwards, when one failed, or when its SQL fails.
 */
export async function migrate(
  databaseUrl: string,
  onStep: (step: MigrationStep) => void = () => {},
  folder: string = migrationsFolder,
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'gennaker-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    await client.query(createTable);
    const { rows } = await client.query<Applied>('select * from _prisma_migrations where rolled_back_at is null');
    const applied = new Map(rows.map((row) => [row.migration_name, row]));
    const done: string[] = [];
    for (const migration of migrations) {
      const row = applied.get(migration.name);
      if (row) {
        check(migration, row);
        continue;
      }
      const started = performance.now();
      await apply(client, migration);
      done.push(migration.name);
      onStep({ name: migration.name, ms: performance.now() - started });
    }
    return done;
  } finally {
    await client.end();
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`The migrations in ${folder} cannot be read (${error.code}).`, { cause: error });
  });
  // git leaves an empty folder behind when a checkout removes a migration.
  const names = entries
    .filter((entry) => entry.isDirectory() && existsSync(`${folder}/${entry.name}/migration.sql`))
    .map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(`${folder}/${name}/migration.sql`, 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

function check(migration: Migration, row: Applied): void {
  if (!row.finished_at) {
    throw new Error(
      `Migration ${migration.name} failed half-way earlier (${row.logs ?? 'no log'}): mend the database by hand, ` +
        `then delete its row from _prisma_migrations to have it applied again.`,
    );
  }
  if (row.checksum !== migration.checksum) {
    throw new Error(
      `Migration ${migration.name} was changed after this database applied it: put the file back and write a new ` +
        `migration, or start with an empty data folder (--data DIR).`,
    );
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query(
      `insert into _prisma_migrations(id, checksum, finished_at, migration_name, applied_steps_count)
       values ($1, $2, clock_timestamp(), $3, 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Migration ${migration.name} failed and was rolled back: ${reason}`, { cause: error });
  }
}
