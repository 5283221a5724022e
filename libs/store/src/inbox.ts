import type { Queryable } from './database.ts';
import { schemaName } from './schema-name.ts';

/** `fresh` says that `run` was called now; `response` is what it answered, now or the first time. */
export interface Once<T> {
  fresh: boolean;
  response: T;
}

/**
 * Does the work of an idempotency key once: inside the caller's transaction, `run` is called unless the key's row is
 * there already, and its answer (JSON) is kept with the key. A second caller with the same key waits for the first
 * one's commit and gets its answer. When `run` throws, the caller rolls back and the key stays unused.
 */
export async function once<T>(client: Queryable, schema: string, key: string, run: () => Promise<T>): Promise<Once<T>> {
  const inbox = `${schemaName(schema)}.inbox`;
  const inserted = await client.query(`insert into ${inbox}(key) values ($1) on conflict (key) do nothing`, [key]);
  if (inserted.rowCount === 1) {
    const response = await run();
    await client.query(`update ${inbox} set response = $2::jsonb where key = $1`, [
      key,
      JSON.stringify(response ?? null),
    ]);
    return { fresh: true, response };
  }
  const kept = await client.query<{ response: T }>(`select response from ${inbox} where key = $1`, [key]);
  const row = kept.rows[0];
  if (!row)
    throw new Error(`The inbox row of key ${key} in schema ${schema} vanished while it was read; send it again.`);
  return { fresh: false, response: row.response };
}
