import { createHash, randomBytes } from 'node:crypto';
import { ServiceError } from '@gennaker/contracts/error';
import { checkPassword, hashPassword } from './passwords.ts';
import { findUser, type People, type UserRow } from './people.ts';

const SLIDING_MS = 8 * 3_600_000;
const ABSOLUTE_MS = 7 * 86_400_000;
/** A session's last use is written down at most this often, ms. */
const NOTED_EVERY_MS = 60_000;

/** What is stored of a secret that its holder alone knows. */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * The user of this name and password; a weak hash is made anew.
 * @throws ServiceError 401 that does not tell which of the two is wrong; 429 after too many failures
 */
export async function proveUser(people: People, name: string, password: string, address: string): Promise<UserRow> {
  people.attempts.check(name, address);
  const row = await findUser(people.db.pool, name);
  const { right, outdated } = await checkPassword(password, row?.password_hash ?? undefined);
  if (!right || !row?.enabled) {
    people.attempts.failed(name, address);
    throw new ServiceError(401, 'User name or password is wrong', {
      fix: 'type both again; an administrator can set a new password',
      loginUrl: people.loginUrl,
    });
  }
  people.attempts.succeeded(name, address);
  const rehashed = outdated ? await hashPassword(password) : null;
  await people.db.pool.query(
    `update gate.users set last_login_at = $2, password_hash = coalesce($3, password_hash)
     where name = $1 and password_hash = $4`,
    [name, new Date(people.clock.now()), rehashed, row.password_hash],
  );
  return row;
}

/** Opens a session and answers its id, which is stored nowhere. */
export async function openSession({ db, clock }: People, user: string): Promise<string> {
  const id = randomBytes(32).toString('base64url');
  const now = clock.now();
  await db.pool.query('delete from gate.sessions where expires_at < $1 or seen_at < $2', [
    new Date(now),
    new Date(now - SLIDING_MS),
  ]);
  await db.pool.query(
    'insert into gate.sessions (hash, "user", created_at, seen_at, expires_at) values ($1, $2, $3, $3, $4)',
    [digest(id), user, new Date(now), new Date(now + ABSOLUTE_MS)],
  );
  return id;
}

/** The user of a session that is neither idle for too long nor too old, and whose user may log in. `uses`: keeps it from being idle. */
export async function userOfSession({ db, clock }: People, id: string, uses = true): Promise<UserRow | undefined> {
  const now = clock.now();
  const { rows } = await db.pool.query<UserRow & { hash: string; seen_at: Date }>(
    `select u.*, s.hash, s.seen_at from gate.sessions s join gate.users u on u.name = s."user"
     where s.hash = $1 and s.expires_at > $2 and s.seen_at > $3 and u.enabled`,
    [digest(id), new Date(now), new Date(now - SLIDING_MS)],
  );
  const row = rows[0];
  if (row && uses && now - row.seen_at.getTime() > NOTED_EVERY_MS)
    await db.pool.query('update gate.sessions set seen_at = $2 where hash = $1', [row.hash, new Date(now)]);
  return row;
}

/** Ends a session. */
export async function endSession({ db }: People, id: string): Promise<void> {
  await db.pool.query('delete from gate.sessions where hash = $1', [digest(id)]);
}
