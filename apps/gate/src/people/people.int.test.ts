import { echoApi } from '@gennaker/contracts/echo';
import { front50Api } from '@gennaker/contracts/front50';
import { ANONYMOUS, type Identity } from '@gennaker/contracts/people';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import type { RunningApp } from '@gennaker/service/app';
import { configFromEnv, type ServiceConfig, type ServiceName } from '@gennaker/service/config';
import { createServiceClient } from '@gennaker/service/http-client';
import { IDENTITY_HEADER, ownIdentity, randomIdentityKey, signIdentity } from '@gennaker/service/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app as echo } from '../../../echo/src/module.ts';
import { app as front50 } from '../../../front50/src/module.ts';
import { app as gate } from '../module.ts';
import { digest } from './sessions.ts';

let database: TestDatabase;
let config: ServiceConfig;
const running: RunningApp[] = [];
const PASSWORD = 'correct horse battery';

beforeAll(async () => {
  database = await testDatabase();
  const names: ServiceName[] = ['gate', 'front50', 'echo', 'orca', 'deck'];
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  config = configFromEnv({
    GENNAKER_DATA: 'unused',
    DATABASE_URL: database.url,
    REDIS_URL: 'unused',
    GENNAKER_IDENTITY_KEY: randomIdentityKey(),
    GENNAKER_PORTS: JSON.stringify(ports),
    GENNAKER_DISCOVERY: JSON.stringify(
      Object.fromEntries(names.map((name) => [name, [`http://127.0.0.1:${ports[name]}`]])),
    ),
  });
  for (const app of [front50, echo, gate]) running.push(await app.start(config));
});
afterAll(async () => {
  for (const app of running.toReversed()) await app.stop();
  await database.drop();
});

interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
async function call(service: ServiceName, path: string, { method, body, headers }: Sent = {}) {
  const answer = await fetch(config.urls[service] + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: answer.status, headers: answer.headers, json, text };
}
const signedBy = (identity: Identity, key = config.identityKey, now = Date.now()) => ({
  [IDENTITY_HEADER]: signIdentity(identity, key, now),
});
const root: Identity = { user: 'cli', roles: [], admin: true, via: 'service' };
const asRoot = () => ({ headers: signedBy(root) });
/** What was changed is noticed within a second. */
const noticed = () => new Promise((resolve) => setTimeout(resolve, 700));

async function login(username: string, password = PASSWORD) {
  const answer = await call('gate', '/auth/login', { body: { username, password } });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { ...answer, cookie };
}
const addUser = (name: string, more: Record<string, unknown> = {}) =>
  call('gate', '/auth/users', { body: { name, password: PASSWORD, ...more }, ...asRoot() });

describe('while authentication is off', () => {
  it('everybody of this machine is anonymous and may do everything', async () => {
    expect((await call('gate', '/auth/user')).json).toMatchObject({
      username: 'anonymous',
      isAdmin: true,
      authentication: false,
    });
    const app = { email: 'a@b.c', permissions: { READ: ['dev'], WRITE: ['dev'] } };
    expect((await call('front50', '/v2/applications/secret', { method: 'PUT', body: app })).status).toBe(200);
    expect((await call('gate', '/applications')).text).toContain('secret');
  });

  it('the first user must be an administrator, and turns it on within a second', async () => {
    expect((await addUser('ada', { roles: ['dev'] })).status).toBe(400);
    expect((await addUser('root', { admin: true })).status).toBe(201);
    await noticed();
    expect((await call('gate', '/auth/mode')).json).toEqual({ on: true });
  });
});

describe('with authentication on', () => {
  it('gate answers nobody who is not known, and says where to log in', async () => {
    const answer = await call('gate', '/auth/user', { headers: { 'x-spinnaker-user': 'root' } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('x-auth-redirect-url')).toBe(`${config.urls.deck}/login`);
    expect(answer.json['fix']).toContain('spk_');
  });

  it('the other services answer only what gate or a service signed', async () => {
    for (const [service, path] of [
      ['front50', '/v2/applications'],
      ['echo', '/events/history'],
    ] as const) {
      const refused: Record<string, string>[] = [
        {},
        { 'x-spinnaker-user': 'root' },
        signedBy(root, randomIdentityKey()),
        signedBy(root, config.identityKey, Date.now() - 10 * 60_000),
        signedBy(root, config.identityKey, Date.now() + 10 * 60_000),
        {
          [IDENTITY_HEADER]: `${Buffer.from(JSON.stringify({ identity: root, at: Date.now() })).toString('base64url')}.`,
        },
      ];
      for (const headers of refused) expect((await call(service, path, { headers })).status).toBe(401);
      expect((await call(service, path, asRoot())).status).toBe(200);
      expect((await call(service, '/health')).status).toBe(200);
    }
  });

  it('a user logs in, is known by the session, and after logging out the same cookie is worth nothing', async () => {
    await addUser('ada', { roles: ['dev'], email: 'ada@b.c' });
    const session = await login('ada');
    expect(session.status).toBe(200);
    expect(session.headers.get('set-cookie')).toMatch(/^SESSION=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const headers = { cookie: session.cookie };
    expect((await call('gate', '/auth/user', { headers })).json).toMatchObject({
      username: 'ada',
      email: 'ada@b.c',
      roles: ['dev'],
      authorities: [{ authority: 'dev' }],
      isAdmin: false,
      authentication: true,
    });
    expect((await call('gate', '/auth/logout', { method: 'POST', headers })).status).toBe(200);
    expect((await call('gate', '/auth/user', { headers })).status).toBe(401);
  });

  it('permissions hold: lists are filtered, reads and writes refused with the missing role', async () => {
    await addUser('bob', { roles: ['qa'] });
    const [ada, bob] = [await login('ada'), await login('bob')].map(({ cookie }) => ({ headers: { cookie } }));
    expect((await call('gate', '/applications', ada)).text).toContain('secret');
    expect((await call('gate', '/applications', bob)).text).not.toContain('secret');
    const refused = await call('gate', '/applications/secret?expand=false', bob);
    expect(refused.status).toBe(403);
    expect(refused.json['message']).toContain('takes the role dev');
    const pipeline = { name: 'p', application: 'secret', stages: [] };
    expect((await call('gate', '/pipelines', { body: pipeline, ...bob })).status).toBe(403);
    expect((await call('gate', '/pipelines', { body: pipeline, ...ada })).status).toBe(200);
    expect((await call('gate', '/pipelines/secret/p', { body: {}, ...bob })).status).toBe(403);
  });

  it('nobody moves a pipeline out of an application that he may not change', async () => {
    const stored = await call('front50', '/pipelines?application=secret', asRoot());
    const [pipeline] = JSON.parse(stored.text) as { id: string }[];
    await call('front50', '/v2/applications/open', { method: 'PUT', body: { email: 'a@b.c' }, ...asRoot() });
    const bob = { headers: { cookie: (await login('bob')).cookie } };
    const moved = { id: pipeline?.id, name: 'p', application: 'open', stages: [] };
    expect((await call('gate', '/pipelines', { body: moved, ...bob })).status).toBe(403);
  });

  it('nobody locks himself out, and nobody lets a trigger run as somebody with more rights', async () => {
    const ada = { headers: { cookie: (await login('ada')).cookie } };
    const task = (permissions: unknown) => ({
      application: 'secret',
      job: [{ type: 'updateApplication', application: { name: 'secret', email: 'a@b.c', permissions } }],
    });
    const locked = await call('gate', '/tasks', { body: task({ READ: ['dev'], WRITE: ['ops'] }), ...ada });
    expect(locked).toMatchObject({ status: 400, json: { field: 'permissions.WRITE' } });
    const pipeline = {
      name: 'climb',
      application: 'secret',
      stages: [],
      triggers: [{ type: 'webhook', enabled: true, source: 'x', runAsUser: 'root' }],
    };
    expect((await call('gate', '/pipelines', { body: pipeline, ...ada })).status).toBe(403);
  });

  it('a token carries its owner’s rights within its scope, also an administrator’s, on every service', async () => {
    const admin = { headers: { cookie: (await login('root')).cookie } };
    const scope = { authorizations: ['READ'], applications: ['open'] };
    const made = await call('gate', '/auth/apiTokens', { body: { name: 'ci', scope }, ...admin });
    expect(made.status).toBe(201);
    const token = String(made.json['token']);
    expect(token).toMatch(/^spk_[0-9a-f]{60}$/);
    expect((await call('gate', '/auth/apiTokens', { body: { name: 'ci' }, ...admin })).status).toBe(409);
    for (const headers of [{ authorization: `Bearer ${token}` }, { 'x-spinnaker-token': token }]) {
      const list = await call('gate', '/applications', { headers });
      expect(list.text).toContain('open');
      expect(list.text).not.toContain('secret');
      expect((await call('gate', '/applications/secret?expand=false', { headers })).status).toBe(403);
      const pipeline = { name: 'q', application: 'open', stages: [] };
      expect((await call('gate', '/pipelines', { body: pipeline, headers })).status).toBe(403);
      expect((await call('gate', '/pipelines/open/q', { body: {}, headers })).status).toBe(403);
      expect((await call('gate', '/auth/users', { headers })).status).toBe(403);
      expect((await call('gate', '/auth/apiTokens', { body: { name: 'more' }, headers })).status).toBe(403);
    }
    expect((await call('gate', '/auth/apiTokens', admin)).text).not.toContain(token);
    const year = Date.now() + 365 * 86_400_000;
    const tooLong = await call('gate', '/auth/apiTokens', { body: { name: 'long', expiresAt: year }, ...admin });
    expect(tooLong).toMatchObject({ status: 400, json: { field: 'expiresAt' } });
    const id = String(made.json['id']);
    expect((await call('gate', `/auth/apiTokens/${id}`, { method: 'DELETE', ...admin })).status).toBe(204);
    expect((await call('gate', '/applications', { headers: { 'x-spinnaker-token': token } })).status).toBe(401);
  });

  it('a session ends when its user loses a role, and nobody but an administrator changes users', async () => {
    const headers = { cookie: (await login('bob')).cookie };
    expect((await call('gate', '/auth/users', { headers })).status).toBe(403);
    const change = (body: unknown) => call('gate', '/auth/users/bob', { method: 'PATCH', body, ...asRoot() });
    expect((await change({ roles: ['qa', 'ops'] })).status).toBe(200);
    expect((await call('gate', '/auth/roles', { headers })).json).toEqual(['qa', 'ops']);
    expect((await change({ roles: ['ops'] })).status).toBe(200);
    expect((await call('gate', '/auth/user', { headers })).status).toBe(401);
  });

  it('HTTP Basic works, and another site’s page writes nothing with a session', async () => {
    const basic = { authorization: `Basic ${Buffer.from(`ada:${PASSWORD}`).toString('base64')}` };
    expect((await call('gate', '/auth/user', { headers: basic })).json).toMatchObject({ username: 'ada' });
    const { cookie } = await login('ada');
    const body = { name: 'x', application: 'secret', stages: [] };
    for (const origin of ['https://evil.example', 'http://127.0.0.1:1'])
      expect((await call('gate', '/pipelines', { body, headers: { cookie, origin } })).status).toBe(403);
    const ours = await call('gate', '/pipelines', { body, headers: { cookie, origin: config.urls.deck } });
    expect(ours.status).toBe(200);
  });

  it('guessing is slowed down with 429 and a time, and a right password does not help then', async () => {
    await addUser('eve');
    for (let attempt = 0; attempt < 5; attempt++) expect((await login('eve', 'wrong wrong wrong')).status).toBe(401);
    const limited = await login('eve');
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(200);
  });

  it('only a service looks people up for a start, and gate never calls as the system', async () => {
    expect((await call('gate', '/auth/people/ada', { headers: signedBy(ownIdentity('echo')) })).json).toEqual({
      user: 'ada',
      roles: ['dev'],
      admin: false,
    });
    const headers = { cookie: (await login('ada')).cookie };
    expect((await call('gate', '/auth/people/root', { headers })).status).toBe(403);
    const plain = { name: 'front50', baseUrl: config.urls.front50, caller: 'gate', identityKey: config.identityKey };
    await expect(createServiceClient(front50Api, plain).listPermissions()).rejects.toMatchObject({ status: 403 });
  });

  it('a manual event from a token without EXECUTE starts nothing', async () => {
    const client = createServiceClient(echoApi, {
      name: 'echo',
      baseUrl: config.urls.echo,
      caller: 'gate',
      identityKey: config.identityKey,
    });
    const identity: Identity = { ...root, via: 'token', scope: { authorizations: ['READ', 'WRITE'] } };
    const content = { application: 'open', pipelineNameOrId: 'q' };
    await expect(client.post({ body: { type: 'manual', content } }, { identity })).rejects.toMatchObject({
      status: 403,
    });
  });

  it('neither passwords nor sessions nor tokens are stored, and passwords are slow hashes', async () => {
    const { cookie } = await login('ada');
    const id = cookie.slice('SESSION='.length);
    const { rows } = await database.db.pool.query<{ all: string }>(
      `select (select string_agg(u::text, ' ') from gate.users u) || (select string_agg(s::text, ' ') from gate.sessions s) as all`,
    );
    expect(rows[0]?.all).toContain(digest(id));
    expect(rows[0]?.all).not.toContain(id);
    expect(rows[0]?.all).not.toContain(PASSWORD);
    expect(rows[0]?.all).toContain('scrypt$17$8$1$');
  });

  it('the last administrator stays, and turning it off opens the system again and ends all sessions', async () => {
    expect((await call('gate', '/auth/users/root', { method: 'DELETE', ...asRoot() })).status).toBe(409);
    const { cookie } = await login('ada');
    const off = (headers: Record<string, string>) =>
      call('gate', '/auth/mode', { method: 'PUT', body: { on: false }, headers });
    expect((await off({ cookie })).status).toBe(403);
    expect((await off(signedBy(root))).status).toBe(200);
    await noticed();
    expect((await call('gate', '/auth/user')).json).toMatchObject({ username: ANONYMOUS.user, authentication: false });
    expect((await call('front50', '/v2/applications')).text).toContain('secret');
    const { rows } = await database.db.pool.query('select from gate.sessions');
    expect(rows).toEqual([]);
  });
});
