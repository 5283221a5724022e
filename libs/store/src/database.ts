import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';

/** An open database: one pool, and Prisma over that same pool. Raw `pg` is for hot paths and for transactions. */
export interface Database {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /** Waits for running queries, then ends the pool. Calling it again does nothing. */
  close(): Promise<void>;
}

/** What runs a query: the pool, or a client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/**
 * Opens a pool for a `postgresql://` URL; connections are made at first use, so this never fails by itself.
 * `max` is the number of connections (10 unless told), `name` shows in `pg_stat_activity`, `settings` are PostgreSQL's
 * own for each connection.
 */
export function openDatabase(
  url: string,
  options: { max?: number; name?: string; settings?: Readonly<Record<string, string>> } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...(options.name === undefined ? {} : { application_name: options.name }),
    ...(options.settings === undefined
      ? {}
      : {
          options: Object.entries(options.settings)
            .map(([name, value]) => `-c ${name}=${value}`)
            .join(' '),
        }),
  });
  // An idle connection that the server ends is replaced at the next query; unheard, its error would end the process.
  pool.on('error', () => {});
  let prisma: PrismaClient | undefined;
  let closing: Promise<void> | undefined;
  return {
    pool,
    get prisma() {
      prisma ??= new PrismaClient({ adapter: new PrismaPg(pool) });
      return prisma;
    },
    close() {
      closing ??= (async () => {
        await prisma?.$disconnect();
        await pool.end();
      })();
      return closing;
    },
  };
}

/**
 * Runs `work` in one transaction and commits; when it throws, rolls back and passes the error on.
 * A connection whose rollback failed is thrown away, never reused.
 */
export async function inTransaction<T>(db: Database, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await db.pool.connect();
  let broken = false;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
