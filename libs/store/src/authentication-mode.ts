import type { Queryable } from './database.ts';

/**
 * Does anybody have to log in? Gate's setting, which every service may read; no row means no.
 * @throws the database's error: who cannot read it knows nothing, and lets nobody in
 */
export async function readAuthenticationMode(client: Queryable): Promise<boolean> {
  const { rows } = await client.query<{ value: unknown }>(
    `select value from gate.settings where name = 'authentication'`,
  );
  return rows[0]?.value === true;
}
