import { randomBytes } from 'node:crypto';
import { badRequest, notFound, ServiceError } from '@gennaker/contracts/error';
import { type ApiToken, type Identity, type TokenScope, tokenScopeSchema } from '@gennaker/contracts/people';
import { ulid } from 'ulid';
import { getUser, identityOf, type People, type UserRow } from './people.ts';
import { digest } from './sessions.ts';

/** Longest life of a token, days, by its kind. */
export const MAX_DAYS = { USER: 90, SERVICE_ACCOUNT: 365 } as const;
const DAY_MS = 86_400_000;
const NOTED_EVERY_MS = 60_000;

interface TokenRow {
  id: string;
  name: string;
  principal_type: 'USER' | 'SERVICE_ACCOUNT';
  principal: string;
  scope: TokenScope | null;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
}

function tokenView(row: TokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    principalType: row.principal_type,
    principalId: row.principal,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
    ...(row.last_used_at ? { lastUsedAt: row.last_used_at.getTime() } : {}),
    ...(row.scope ? { scope: row.scope } : {}),
  };
}

/** What is asked of a new token. */
export interface NewToken {
  readonly name: string;
  readonly principalType: 'USER' | 'SERVICE_ACCOUNT';
  readonly principalId?: string | undefined;
  readonly expiresAt?: number | undefined;
  readonly scope?: TokenScope | undefined;
}

/** One's own tokens; an administrator's: all. */
export async function listTokens({ db }: People, by: Identity): Promise<ApiToken[]> {
  const { rows } = await db.pool.query<TokenRow>(
    'select * from gate.api_tokens where $1 or principal = $2 order by principal, name',
    [by.admin && by.scope === undefined, by.user],
  );
  return rows.map(tokenView);
}

/**
 * Makes a token; only this answer holds it. Tokens for others, and service accounts', are an administrator's.
 * @throws ServiceError 403, 404 for an unknown principal, 409 for a taken name, 400 for a wrong expiry
 */
export async function createToken(
  { db, clock }: People,
  by: Identity,
  given: NewToken,
): Promise<ApiToken & { token: string }> {
  if (by.via === 'token')
    throw new ServiceError(403, 'A token makes no tokens', { fix: 'log in, and make it in that session' });
  const principal = given.principalId ?? by.user;
  if (principal !== by.user && !by.admin)
    throw new ServiceError(403, `${by.user} may make tokens for ${by.user} only`, { fix: 'ask an administrator' });
  const owner = await getUser(db.pool, principal);
  const kind = owner.password_hash === null ? 'SERVICE_ACCOUNT' : 'USER';
  if (kind !== given.principalType)
    throw badRequest(`"${principal}" is a ${kind}`, { field: 'principalType', fix: `use ${kind}` });
  const now = clock.now();
  const latest = now + MAX_DAYS[kind] * DAY_MS;
  const expiresAt = given.expiresAt ?? latest;
  if (expiresAt <= now || expiresAt > latest)
    throw badRequest(`A token of a ${kind} lives up to ${MAX_DAYS[kind]} days from now`, {
      field: 'expiresAt',
      fix: `give a time (epoch milliseconds) up to ${latest}, or none`,
    });
  const token = `spk_${randomBytes(30).toString('hex')}`;
  const { rows } = await db.pool.query<TokenRow>(
    `insert into gate.api_tokens (id, name, principal_type, principal, hash, scope, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8) on conflict (principal, name) do nothing returning *`,
    [
      ulid(now),
      given.name,
      kind,
      principal,
      digest(token),
      given.scope ? JSON.stringify(given.scope) : null,
      new Date(now),
      new Date(expiresAt),
    ],
  );
  const row = rows[0];
  if (!row)
    throw new ServiceError(409, `${principal} has a token "${given.name}" already`, {
      field: 'name',
      fix: 'choose another name, or revoke that one',
    });
  return { ...tokenView(row), token };
}

/** Revokes a token at once. @throws ServiceError 404, also for another's */
export async function deleteToken({ db }: People, by: Identity, id: string): Promise<void> {
  const { rowCount } = await db.pool.query('delete from gate.api_tokens where id = $1 and ($2 or principal = $3)', [
    id,
    by.admin && by.scope === undefined,
    by.user,
  ]);
  if (rowCount === 0) throw notFound(`You have no token ${id}`, { field: 'id', fix: 'list your tokens' });
}

/** Who holds this token; undefined for an unknown, expired or revoked one, and for a disabled principal. */
export async function identityOfToken({ db, clock }: People, token: string): Promise<Identity | undefined> {
  const now = clock.now();
  const { rows } = await db.pool.query<UserRow & { id: string; scope: unknown; last_used_at: Date | null }>(
    `select u.*, t.id, t.scope, t.last_used_at from gate.api_tokens t join gate.users u on u.name = t.principal
     where t.hash = $1 and t.expires_at > $2 and u.enabled`,
    [digest(token), new Date(now)],
  );
  const row = rows[0];
  if (!row) return undefined;
  if (now - (row.last_used_at?.getTime() ?? 0) > NOTED_EVERY_MS)
    await db.pool.query('update gate.api_tokens set last_used_at = $2 where id = $1', [row.id, new Date(now)]);
  return {
    ...identityOf(row, 'token'),
    ...(row.scope ? { scope: tokenScopeSchema.parse(row.scope) } : {}),
  };
}
