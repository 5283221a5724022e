import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '@gennaker/contracts/error';
import { ANONYMOUS, type Identity } from '@gennaker/contracts/people';
import type { Asked } from '@gennaker/service/http-server';
import { IDENTITY_HEADER, verifyIdentity } from '@gennaker/service/identity';
import { identityOf, type People } from './people.ts';
import { proveUser, userOfSession } from './sessions.ts';
import { identityOfToken } from './tokens.ts';

/** One way of proving who calls; another one, such as OpenID Connect, is one more of these. */
export interface Authenticator {
  /** Undefined: the request carries nothing of this kind. @throws ServiceError 401 for a proof that does not hold */
  identify(request: Asked): Promise<Identity | undefined>;
}

/** Operations that need no log-in: they say how to log in, or the sender proves itself otherwise. */
const OPEN: ReadonlySet<string> = new Set([
  'login',
  'logout',
  'logoutByLink',
  'loggedOut',
  'authentication',
  'version',
  'openapi',
  'webhook',
  'jenkinsWebhook',
]);
const SESSION_COOKIE = 'SESSION';
const STATELESS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** How long a checked Basic proof is remembered, ms: each check costs a slow hash. */
const BASIC_KEPT_MS = 30_000;

/** The session id that a browser sent. */
export function sessionOf(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const cookies = [headers['cookie'] ?? []].flat().join(';').split(';');
  const found = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`));
  return found?.slice(SESSION_COOKIE.length + 1) || undefined;
}

/** Who calls gate. While authentication is off: anybody of this machine, under the name that they give. */
export function authenticator(people: People): (request: Asked) => Promise<Identity> {
  const ways: readonly Authenticator[] = [byService(people), byToken(people), byBasic(people), bySession(people)];
  return async (request) => {
    const on = await people.authentication();
    if (!on) {
      const signed = await byService(people).identify(request);
      if (people.exposed && !signed)
        throw new ServiceError(401, 'Gate listens beyond this machine, and authentication is off', {
          fix: 'turn it on: gennaker users add NAME --admin',
        });
      return signed ?? { ...ANONYMOUS, user: String(request.headers['x-spinnaker-user'] ?? ANONYMOUS.user) };
    }
    // An old cookie must not keep anybody from logging in, nor a webhook's own token from its rules.
    if (OPEN.has(request.operation)) return { ...ANONYMOUS, admin: false };
    for (const way of ways) {
      const identity = await way.identify(request);
      if (identity) return identity;
    }
    throw unknown(people, 'Nobody is logged in');
  };
}

function unknown(people: People, message: string): ServiceError {
  return new ServiceError(401, message, {
    fix: `log in at ${people.loginUrl}, or send an API token: authorization: Bearer spk_...`,
    loginUrl: people.loginUrl,
  });
}

function byService({ identityKey }: People): Authenticator {
  return {
    async identify({ headers }) {
      const signed = headers[IDENTITY_HEADER];
      return typeof signed === 'string' ? verifyIdentity(signed, identityKey, Date.now()) : undefined;
    },
  };
}

function byToken(people: People): Authenticator {
  return {
    async identify({ headers }) {
      const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
      const token = bearer ?? headers['x-spinnaker-token'];
      if (typeof token !== 'string') return undefined;
      const identity = await identityOfToken(people, token);
      if (identity) return identity;
      throw unknown(people, 'This API token is unknown, expired or revoked');
    },
  };
}

function byBasic(people: People): Authenticator {
  const key = randomBytes(32);
  const proven = new Map<string, { readonly until: number; readonly hash: string | null }>();
  return {
    async identify({ headers, address }) {
      const encoded = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
      if (encoded === undefined) return undefined;
      const text = Buffer.from(encoded, 'base64').toString();
      const colon = text.indexOf(':');
      const [name, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
      const mark = createHmac('sha256', key).update(text).digest('hex');
      const now = people.clock.now();
      const known = proven.get(mark);
      const row = known && known.until > now ? await userWithHash(people, name, known.hash) : undefined;
      if (row) return identityOf(row, 'basic');
      const fresh = await proveUser(people, name, password, address);
      if (proven.size > 1_000) proven.clear();
      proven.set(mark, { until: now + BASIC_KEPT_MS, hash: fresh.password_hash });
      return identityOf(fresh, 'basic');
    },
  };
}

/** The user, unless the password was changed or the user disabled since. */
async function userWithHash({ db }: People, name: string, hash: string | null) {
  const { rows } = await db.pool.query<Parameters<typeof identityOf>[0]>(
    'select * from gate.users where name = $1 and enabled and password_hash = $2',
    [name, hash],
  );
  return rows[0];
}

function bySession(people: People): Authenticator {
  return {
    async identify({ headers, method, again }) {
      const id = sessionOf(headers);
      if (id === undefined) return undefined;
      if (!STATELESS.has(method)) checkPage(people, headers);
      const row = await userOfSession(people, id, again !== true);
      if (row) return identityOf(row, 'session');
      throw unknown(people, 'This session has ended');
    },
  };
}

/** A browser sends the cookie for every page: only our own pages may write with it. */
function checkPage(people: People, headers: IncomingHttpHeaders): void {
  const { origin } = headers;
  if (origin !== undefined && !people.origins.includes(new URL(origin).origin))
    throw new ServiceError(403, `Pages of ${origin} may not write with this session`, {
      fix: 'use the deck that this system serves, or name its address in publicUrls',
    });
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && origin === undefined)
    throw new ServiceError(403, 'Another site’s page may not write with this session', {
      fix: 'use the deck that this system serves',
    });
}
