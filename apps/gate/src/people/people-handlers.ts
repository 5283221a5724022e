import { ServiceError } from '@gennaker/contracts/error';
import type { Identity, peopleRoutes, UserView } from '@gennaker/contracts/people';
import type { Handlers, RawAnswer } from '@gennaker/contracts/route';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { sessionOf } from './authenticate.ts';
import { findUser, getUser, type People } from './people.ts';
import { endSession, openSession, proveUser } from './sessions.ts';
import { createToken, deleteToken, listTokens, MAX_DAYS } from './tokens.ts';
import { changePassword, createUser, deleteUser, listUsers, setAuthentication, updateUser } from './users.ts';

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
const LOGGED_OUT = 'You are logged out.';
const COOKIE = 'Path=/; HttpOnly; SameSite=Lax';

/** People's part of gate's API: `/auth/**`. */
export function peopleHandlers(people: People): Handlers<typeof peopleRoutes> {
  const administrator = async (identity: Identity): Promise<void> => {
    if (identity.admin && identity.scope === undefined) return;
    throw new ServiceError(403, `${identity.user} is no administrator`, {
      fix: 'ask an administrator; a token with a scope does not administer',
    });
  };
  return {
    user: ({ identity }) => userView(people, identity),
    login: async ({ body, headers, address }): Promise<RawAnswer> => {
      if (!(await people.authentication()))
        throw new ServiceError(409, 'Nobody has to log in: authentication is off', {
          fix: 'turn it on: gennaker users add NAME --admin',
        });
      const row = await proveUser(people, body.username, body.password, address ?? '');
      const old = sessionOf(headers);
      if (old !== undefined) await endSession(people, old);
      const id = await openSession(people, row.name);
      const view = await userView(people, { user: row.name, roles: row.roles, admin: row.admin, via: 'session' });
      return {
        status: 200,
        headers: { ...JSON_HEADERS, 'set-cookie': `SESSION=${id}; ${COOKIE}${secure(headers)}` },
        body: JSON.stringify(view),
      };
    },
    logout: ({ headers }) => logout(people, headers, 'application/json; charset=utf-8', '{}'),
    logoutByLink: ({ headers }) => logout(people, headers, 'text/plain; charset=utf-8', LOGGED_OUT),
    loggedOut: () => LOGGED_OUT,
    changePassword: ({ body, identity, address }) => {
      if (identity.via === 'token')
        throw new ServiceError(403, 'A token changes no password', { fix: 'log in, and change it in that session' });
      return changePassword(people, identity.user, body, address ?? '');
    },
    roles: ({ identity }) => [...identity.roles],
    listApiTokens: ({ identity }) => listTokens(people, identity),
    createApiToken: ({ body, identity }) => createToken(people, identity, body),
    deleteApiToken: ({ params, identity }) => deleteToken(people, identity, params.id),
    listUsers: async ({ identity }) => {
      await administrator(identity);
      return listUsers(people);
    },
    createUser: async ({ body, identity }) => {
      await administrator(identity);
      return createUser(people, body);
    },
    updateUser: async ({ params, body, identity }) => {
      await administrator(identity);
      return updateUser(people, params.name, body);
    },
    deleteUser: async ({ params, identity }) => {
      await administrator(identity);
      await deleteUser(people, params.name);
    },
    person: async ({ params, identity }) => {
      if (identity.via !== 'service') await administrator(identity);
      const row = await getUser(people.db.pool, params.name);
      if (!row.enabled)
        throw new ServiceError(404, `User "${row.name}" is disabled`, { fix: 'an administrator can enable it' });
      return { user: row.name, roles: row.roles, admin: row.admin };
    },
    // Read anew: whoever has just turned it on is told so.
    authentication: async () => ({ on: await readAuthenticationMode(people.db.pool) }),
    setAuthentication: async ({ body, identity }) => {
      await administrator(identity);
      await setAuthentication(people, body.on);
      return { on: body.on };
    },
  };
}

async function userView(people: People, identity: Identity): Promise<UserView> {
  const on = await people.authentication();
  const row = on ? await findUser(people.db.pool, identity.user) : undefined;
  return {
    username: identity.user,
    email: row?.email ?? identity.user,
    roles: [...identity.roles],
    allowedAccounts: (await people.accounts()).map(({ name }) => name),
    authorities: identity.roles.map((authority) => ({ authority })),
    enabled: true,
    accountNonExpired: true,
    accountNonLocked: true,
    credentialsNonExpired: true,
    isAdmin: identity.admin,
    canMintApiTokens: on && identity.via !== 'token',
    maxUserTokenLifetimeDays: MAX_DAYS.USER,
    maxServiceAccountTokenLifetimeDays: MAX_DAYS.SERVICE_ACCOUNT,
    authentication: on,
  };
}

/** The cookie goes over https only where the browser came over https. */
function secure(headers: Readonly<Record<string, string | undefined>>): string {
  return headers['x-forwarded-proto'] === 'https' || headers['origin']?.startsWith('https:') ? '; Secure' : '';
}

/** Ends the session that a browser sent, and has the browser forget it. */
async function logout(
  people: People,
  headers: Readonly<Record<string, string | undefined>>,
  contentType: string,
  body: string,
): Promise<RawAnswer> {
  const id = sessionOf(headers);
  if (id !== undefined) await endSession(people, id);
  return {
    status: 200,
    headers: {
      'content-type': contentType,
      'cache-control': 'no-store',
      'set-cookie': `SESSION=; ${COOKIE}; Max-Age=0${secure(headers)}`,
    },
    body,
  };
}
