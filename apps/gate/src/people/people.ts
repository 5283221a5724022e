import type { Identity, LocalUser } from '@gennaker/contracts/people';
import { notFound } from '@gennaker/contracts/error';
import type { Account } from '@gennaker/service/config';
import type { Database, Queryable } from '@gennaker/store/database';
import type { Attempts } from './attempts.ts';

/** What gate's use cases about people work with. */
export interface People {
  readonly db: Database;
  readonly clock: { now(): number };
  readonly attempts: Attempts;
  /** The system's key: identities that the cli or a service signed are believed. */
  readonly identityKey: string;
  /** Must callers be known? */
  readonly authentication: () => Promise<boolean>;
  /** Where a browser logs in. */
  readonly loginUrl: string;
  /** Addresses whose pages may write with a session. */
  readonly origins: readonly string[];
  /** Is gate reachable from other machines? */
  readonly exposed: boolean;
  /** The accounts that there are. */
  readonly accounts: () => Promise<readonly Account[]>;
}

/** A user as stored. */
export interface UserRow {
  readonly name: string;
  readonly email: string | null;
  readonly password_hash: string | null;
  readonly roles: string[];
  readonly admin: boolean;
  readonly enabled: boolean;
  readonly created_at: Date;
  readonly last_login_at: Date | null;
}

/** A user by name. */
export async function findUser(client: Queryable, name: string): Promise<UserRow | undefined> {
  const { rows } = await client.query<UserRow>('select * from gate.users where name = $1', [name]);
  return rows[0];
}

/** A user by name. @throws ServiceError 404 */
export async function getUser(client: Queryable, name: string): Promise<UserRow> {
  const row = await findUser(client, name);
  if (!row) throw notFound(`There is no user "${name}"`, { field: 'name', fix: 'list the users' });
  return row;
}

/** The row as administrators see it: never with the password. */
export function localUser(row: UserRow): LocalUser {
  return {
    name: row.name,
    ...(row.email === null ? {} : { email: row.email }),
    roles: row.roles,
    admin: row.admin,
    enabled: row.enabled,
    serviceAccount: row.password_hash === null,
    createdAt: row.created_at.getTime(),
    ...(row.last_login_at === null ? {} : { lastLoginAt: row.last_login_at.getTime() }),
  };
}

/** Who a user is to the services. */
export function identityOf(row: UserRow, via: Identity['via']): Identity {
  return { user: row.name, roles: row.roles, admin: row.admin, via };
}
