import type pg from 'pg';
import type { Database } from './database.ts';

/** Rows that are held at a time. */
const BATCH = 100;
/** Readers at a time: they hold their connections for as long as whoever reads takes, and others need some too. */
const READERS = 4;

interface Readers {
  open: number;
  readonly waiting: (() => void)[];
}
const readersOf = new WeakMap<pg.Pool, Readers>();

/**
 * The rows of a query one after another, of one moment, whatever their number: more than a batch are read from a cursor as
 * they are asked for. Ended early or not, the connection goes back. `text` has no limit of its own.
 */
export async function* readRows<Row extends pg.QueryResultRow>(
  db: Pick<Database, 'pool'>,
  text: string,
  values: readonly unknown[] = [],
): AsyncGenerator<Row> {
  const { rows } = await db.pool.query<Row>(`${text} limit ${BATCH + 1}`, [...values]);
  if (rows.length <= BATCH) {
    yield* rows;
    return;
  }
  const leave = await enter(db.pool);
  try {
    yield* rowsOf<Row>(await db.pool.connect(), text, values);
  } finally {
    leave();
  }
}

async function* rowsOf<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[],
): AsyncGenerator<Row> {
  let broken = false;
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query(`declare listed no scroll cursor for ${text}`, [...values]);
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${BATCH} from listed`);
      yield* rows;
      if (rows.length < BATCH) return;
    }
  } finally {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    client.release(broken);
  }
}

/** Waits for a reader's place; answers what gives it back. */
async function enter(pool: pg.Pool): Promise<() => void> {
  const readers = readersOf.get(pool) ?? { open: 0, waiting: [] };
  readersOf.set(pool, readers);
  if (readers.open >= READERS) await new Promise<void>((resolve) => readers.waiting.push(resolve));
  else readers.open++;
  return () => {
    const next = readers.waiting.shift();
    if (next) next();
    else readers.open--;
  };
}
