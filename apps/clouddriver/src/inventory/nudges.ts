import type { Queryable } from '@gennaker/store/database';
import { z } from 'zod';

/** Channel of PostgreSQL's LISTEN on which processes tell each other which accounts to look at sooner. */
export const NUDGES_CHANNEL = 'clouddriver_nudges';

const nudgeSchema = z.object({ from: z.string(), account: z.string(), what: z.enum(['poke', 'watched']) });
/** Why an account is to be looked at sooner (something changes, or somebody reads), and which process says so. */
export type Nudge = z.infer<typeof nudgeSchema>;

/** Tells the other processes. */
export async function tellNudge(client: Queryable, nudge: Nudge): Promise<void> {
  await client.query('select pg_notify($1, $2)', [NUDGES_CHANNEL, JSON.stringify(nudge)]);
}

/** Reads what another process told; undefined for what is no nudge. */
export function parseNudge(payload: string): Nudge | undefined {
  if (payload === '') return undefined;
  return nudgeSchema.safeParse(JSON.parse(payload)).data;
}
