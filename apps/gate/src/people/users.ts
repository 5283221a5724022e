import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { LocalUser } from '@gennaker/contracts/people';
import { inTransaction, type Queryable } from '@gennaker/store/database';
import { checkPassword, hashPassword } from './passwords.ts';
import { findUser, getUser, localUser, type People, type UserRow } from './people.ts';

/** What is asked of a new user; without a password it is a service account. */
export interface NewUser {
  readonly name: string;
  readonly password?: string | undefined;
  readonly email?: string | undefined;
  readonly roles: readonly string[];
  readonly admin: boolean;
}

/** Changes to a user; absent: as it is. */
export interface UserChange {
  readonly email?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly admin?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly password?: string | undefined;
}

/** All users by name. */
export async function listUsers({ db }: People): Promise<LocalUser[]> {
  const { rows } = await db.pool.query<UserRow>('select * from gate.users order by name');
  return rows.map(localUser);
}

/**
 * Adds a user. The first one must be an administrator with a password, and turns authentication on.
 * @throws ServiceError 409 for a known name, 400 for a first user who could not let anybody in
 */
export async function createUser({ db, clock }: People, given: NewUser): Promise<LocalUser> {
  const hash = given.password === undefined ? null : await hashPassword(given.password);
  return inTransaction(db, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('gate.users'))`);
    const { rows: counted } = await client.query<{ n: number }>('select count(*)::int as n from gate.users');
    const first = counted[0]?.n === 0;
    if (first && (!given.admin || hash === null))
      throw badRequest('The first user turns authentication on, and must be an administrator with a password', {
        field: 'admin',
        fix: 'add an administrator first',
      });
    const { rows } = await client.query<UserRow>(
      `insert into gate.users (name, email, password_hash, roles, admin, created_at) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing returning *`,
      [given.name, given.email ?? null, hash, [...given.roles], given.admin, new Date(clock.now())],
    );
    const row = rows[0];
    if (!row)
      throw new ServiceError(409, `There is a user "${given.name}" already`, {
        field: 'name',
        fix: 'change that user, or choose another name',
      });
    if (first) await switchAuthentication(client, true);
    return localUser(row);
  });
}

/** Changes a user; when rights or the password change, the user's sessions end. @throws ServiceError 404, 409 */
export async function updateUser({ db }: People, name: string, change: UserChange): Promise<LocalUser> {
  const hash = change.password === undefined ? undefined : await hashPassword(change.password);
  return inTransaction(db, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('gate.users'))`);
    const before = await getUser(client, name);
    const { rows } = await client.query<UserRow>(
      `update gate.users set email = $2, roles = $3, admin = $4, enabled = $5, password_hash = $6
       where name = $1 returning *`,
      [
        name,
        change.email ?? before.email,
        [...(change.roles ?? before.roles)],
        change.admin ?? before.admin,
        change.enabled ?? before.enabled,
        hash ?? before.password_hash,
      ],
    );
    const after = rows[0] ?? before;
    await keepAnAdministrator(client);
    const lost = before.roles.some((role) => !after.roles.includes(role));
    if (lost || (before.admin && !after.admin) || !after.enabled || hash !== undefined)
      await client.query('delete from gate.sessions where "user" = $1', [name]);
    return localUser(after);
  });
}

/** Removes a user with sessions and tokens. @throws ServiceError 404, 409 for the last administrator */
export async function deleteUser({ db }: People, name: string): Promise<void> {
  await inTransaction(db, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('gate.users'))`);
    await getUser(client, name);
    await client.query('delete from gate.users where name = $1', [name]);
    await keepAnAdministrator(client);
  });
}

/** Changes one's own password; all sessions end. @throws ServiceError 403 when the current one is wrong, 429 */
export async function changePassword(
  people: People,
  name: string,
  change: { readonly current: string; readonly next: string },
  address: string,
): Promise<void> {
  people.attempts.check(name, address);
  const row = await findUser(people.db.pool, name);
  const { right } = await checkPassword(change.current, row?.password_hash ?? undefined);
  if (!right) {
    people.attempts.failed(name, address);
    throw new ServiceError(403, 'That is not the current password', { field: 'current', fix: 'type it again' });
  }
  await updateUser(people, name, { password: change.next });
}

/** Turns authentication on or off; on needs an administrator who can log in. @throws ServiceError 409 */
export async function setAuthentication({ db, exposed }: People, on: boolean): Promise<void> {
  if (!on && exposed)
    throw new ServiceError(409, 'Gate listens beyond this machine, which nobody may without authentication', {
      fix: 'take "host" out of gennaker.yml and start again, then turn authentication off',
    });
  await inTransaction(db, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('gate.users'))`);
    await switchAuthentication(client, on);
    await keepAnAdministrator(client);
    if (!on) await client.query('delete from gate.sessions');
  });
}

async function switchAuthentication(client: Queryable, on: boolean): Promise<void> {
  await client.query(
    `insert into gate.settings (name, value) values ('authentication', $1::jsonb)
     on conflict (name) do update set value = excluded.value`,
    [JSON.stringify(on)],
  );
}

/** While authentication is on somebody must be able to administer it. */
async function keepAnAdministrator(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    `select exists (select from gate.settings where name = 'authentication' and value = 'true'::jsonb)
       and not exists (select from gate.users where admin and enabled and password_hash is not null) as locked`,
  );
  if (rows[0]?.locked)
    throw new ServiceError(409, 'Nobody could administer this system any more', {
      fix: 'make another user an administrator first, or turn authentication off',
    });
}
