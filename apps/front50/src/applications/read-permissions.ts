import { type Permissions, permissionsSchema } from '@gennaker/contracts/people';
import type { Queryable } from '@gennaker/store/database';

/** Permissions that cannot be read let nobody in: no role has this name. */
const UNREADABLE = ['(the stored permissions cannot be read)'];

/** Permissions of every application that has some, by its name in lower case. */
export async function readPermissions(client: Queryable): Promise<Record<string, Permissions>> {
  const { rows } = await client.query<{ id: string; permissions: unknown }>(
    `select id, attributes -> 'permissions' as permissions from front50.applications
     where attributes -> 'permissions' is not null`,
  );
  return Object.fromEntries(rows.map(({ id, permissions }) => [id, permissionsOf(permissions)]));
}

function permissionsOf(stored: unknown): Permissions {
  const parsed = permissionsSchema.safeParse(stored ?? {});
  return parsed.success ? parsed.data : { READ: UNREADABLE, WRITE: UNREADABLE, EXECUTE: UNREADABLE };
}
