import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from '@gennaker/contracts/people';
import type { System } from '@gennaker/fixtures/system';
import { IDENTITY_HEADER, randomIdentityKey, signIdentity } from '@gennaker/service/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCheckedSystem } from './checked-system.ts';

const PASSWORD = 'correct horse battery';
const OFFSET = 2300;
const repository = resolve(import.meta.dirname, '../../..');

let system: System;
const cookies: Record<string, string> = {};

/** `gennaker users ...` as its reader types it. */
async function gennakerUsers(...args: string[]): Promise<string> {
  const more = ['--data', system.dataDir, '--offset', String(OFFSET)];
  const child = spawn(process.execPath, ['apps/cli/launch.mjs', 'users', ...args, ...more], { cwd: repository });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(`${PASSWORD}\n`);
  const code = await new Promise((done) => child.once('close', done));
  expect(code, output).toBe(0);
  return output;
}

interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(service: string, path: string, { method, body, headers }: Sent = {}) {
  const answer = await fetch(`${system.addresses[service]}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: answer.status, headers: answer.headers, json, text };
}

/** A call of gate in somebody's session. */
const by = (user: string, path: string, sent: Sent = {}) =>
  call('gate', path, { ...sent, headers: { cookie: cookies[user] ?? '', ...sent.headers } });

/** Logs in as a person does. */
async function login(user: string): Promise<string> {
  const answer = await call('gate', '/auth/login', { body: { username: user, password: PASSWORD } });
  expect(answer.status, answer.text).toBe(200);
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** Asks until the answer is as wanted. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (tries > 150) throw new Error(`Never as wanted; last: ${JSON.stringify(answer)}`);
    await sleep(100);
  }
}

interface Judged {
  readonly id: string;
  readonly status: string;
  readonly stages: readonly {
    readonly id: string;
    readonly status: string;
    readonly context: Record<string, unknown>;
  }[];
}
const executionOf = async (id: string): Promise<Judged> =>
  (await by('root', `/pipelines/${id}`)).json as unknown as Judged;

/** Starts the pipeline as somebody and waits until it asks. */
async function asking(user: string): Promise<{ readonly id: string; readonly path: string }> {
  const started = await by(user, '/pipelines/guarded/release', { body: {} });
  expect(started.status, started.text).toBe(202);
  const id = String(started.json['ref']).split('/').at(-1) ?? '';
  const execution = await until(
    () => executionOf(id),
    ({ stages }) => stages?.[0]?.status === 'RUNNING',
  );
  return { id, path: `/pipelines/${id}/stages/${execution.stages[0]?.id}` };
}
const approve = (user: string, path: string) =>
  by(user, path, { method: 'PATCH', body: { judgmentStatus: 'continue' } });

async function saveApplication(name: string, permissions: Record<string, string[]>): Promise<void> {
  const job = [{ type: 'createApplication', application: { name, email: 'a@example.org', permissions } }];
  const { json } = await by('root', '/tasks', { body: { application: name, description: 'Create', job } });
  await until(
    () => by('root', String(json['ref'])),
    ({ json: task }) => task['status'] === 'SUCCEEDED',
  );
}

beforeAll(async () => {
  system = await startCheckedSystem({ offset: OFFSET });
  const first = await gennakerUsers('add', 'root', '--admin', '--password-stdin');
  expect(first).toContain('Authentication is on');
  await until(
    () => call('gate', '/applications'),
    ({ status }) => status === 401,
  );
  cookies['root'] = await login('root');
  const roles: Record<string, string[]> = {
    ada: ['dev', 'release'],
    bea: ['dev', 'release'],
    cyd: ['dev', 'release'],
    dan: ['dev', 'release'],
    eve: ['dev'],
    fay: ['guests'],
  };
  for (const [name, own] of Object.entries(roles)) {
    const added = await by('root', '/auth/users', { body: { name, password: PASSWORD, roles: own } });
    expect(added.status, added.text).toBe(201);
    cookies[name] = await login(name);
  }
  await saveApplication('guarded', { READ: ['dev'], WRITE: ['dev'], EXECUTE: ['dev'] });
  await saveApplication('other', { READ: ['dev'], WRITE: ['dev'], EXECUTE: ['dev'] });
  const stage = {
    type: 'manualJudgment',
    refId: '1',
    requisiteStageRefIds: [],
    name: 'Release?',
    selectedStageRoles: ['release'],
    requiredApprovals: 2,
    allowSelfApproval: false,
  };
  for (const application of ['guarded', 'other']) {
    const saved = await by('root', '/pipelines', { body: { application, name: 'release', stages: [stage] } });
    expect(saved.status, saved.text).toBe(200);
  }
  const runsOther = {
    type: 'pipeline',
    refId: '1',
    requisiteStageRefIds: [],
    name: 'Run the other',
    application: 'other',
    pipeline: 'release',
    waitForCompletion: false,
  };
  await by('root', '/pipelines', { body: { application: 'guarded', name: 'across', stages: [runsOther] } });
  // What a service knows of permissions is up to five seconds old.
  await until(
    () => by('fay', '/applications/guarded/pipelineConfigs'),
    ({ text, status }) => status === 403 || text === '[]',
  );
});
afterAll(async () => {
  await system?.stop();
});

describe('a judgment that two people of a role give', () => {
  it('is refused to all others by the server, who are told the role', async () => {
    const { id, path } = await asking('ada');
    const stranger = await approve('fay', path);
    expect(stranger.status).toBe(403);
    expect(stranger.text).toContain('dev');
    const withoutRole = await approve('eve', path);
    expect(withoutRole.status).toBe(403);
    expect(withoutRole.json['message']).toContain('release');
    const nobody = await call('gate', path, { method: 'PATCH', body: { judgmentStatus: 'continue' } });
    expect(nobody.status).toBe(401);
    expect((await executionOf(id)).status).toBe('RUNNING');
  });

  it('is refused to whoever started the execution, also as somebody else', async () => {
    const { path } = await asking('ada');
    expect((await approve('ada', path)).json).toMatchObject({ status: 403, message: expect.stringContaining('ada') });
    const disguised = await by('ada', path, {
      method: 'PATCH',
      body: { judgmentStatus: 'continue', lastModifiedBy: 'bea' },
      headers: { 'x-spinnaker-user': 'bea' },
    });
    expect(disguised.status).toBe(403);
    const loosened = await by('ada', path, { method: 'PATCH', body: { allowSelfApproval: true } });
    expect(loosened.status).toBe(400);
    expect((await approve('ada', path)).status).toBe(403);
  });

  it('takes each person once and two in all, also of those who answer at the same moment', async () => {
    const { id, path } = await asking('ada');
    expect((await approve('bea', path)).status).toBe(200);
    expect((await approve('bea', path)).status).toBe(409);
    expect((await executionOf(id)).status).toBe('RUNNING');
    const answers = await Promise.all([approve('cyd', path), approve('dan', path)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const done = await until(
      () => executionOf(id),
      ({ status }) => status !== 'RUNNING',
    );
    expect(done.status).toBe('SUCCEEDED');
    const approvals = done.stages[0]?.context['approvals'] as { user: string }[];
    expect(approvals).toHaveLength(2);
    expect(approvals[0]?.user).toBe('bea');
    const late = await approve(approvals[1]?.user === 'cyd' ? 'dan' : 'cyd', path);
    expect(late.status).toBe(409);
  });
});

describe('an API token', () => {
  it('gives no more than its scope', async () => {
    const made = await by('bea', '/auth/apiTokens', {
      body: { name: 'look', scope: { authorizations: ['READ'], applications: ['guarded'] } },
    });
    expect(made.status, made.text).toBe(201);
    const headers = { authorization: `Bearer ${String(made.json['token'])}` };
    const { path } = await asking('ada');
    expect((await call('gate', '/applications/guarded/pipelines', { headers })).status).toBe(200);
    expect((await call('gate', '/pipelines/guarded/release', { body: {}, headers })).status).toBe(403);
    const judged = { method: 'PATCH', body: { judgmentStatus: 'continue' }, headers };
    expect((await call('gate', path, judged)).status).toBe(403);
    expect((await call('gate', '/applications/other/pipelines', { headers })).status).toBe(403);
    expect((await call('gate', '/applications', { headers })).text).not.toContain('"other"');
    expect((await call('gate', '/auth/users', { headers })).status).toBe(403);
  });

  it('binds what it started, too', async () => {
    const made = await by('bea', '/auth/apiTokens', { body: { name: 'start', scope: { applications: ['guarded'] } } });
    const headers = { authorization: `Bearer ${String(made.json['token'])}` };
    const endOf = async (sent: Sent): Promise<Judged> => {
      const started = await call('gate', '/pipelines/guarded/across', { body: {}, ...sent });
      expect(started.status, started.text).toBe(202);
      const id = String(started.json['ref']).split('/').at(-1) ?? '';
      return until(
        () => executionOf(id),
        ({ status }) => status === 'SUCCEEDED' || status === 'TERMINAL',
      );
    };
    expect((await endOf({ headers: { cookie: cookies['bea'] ?? '' } })).status).toBe('SUCCEEDED');
    const narrow = await endOf({ headers });
    expect(narrow.status).toBe('TERMINAL');
    expect(JSON.stringify(narrow.stages[0])).toContain('other');
  });

  it('of an administrator, too', async () => {
    const scope = { applications: ['other'] };
    const made = await by('root', '/auth/apiTokens', { body: { name: 'narrow', scope } });
    const headers = { authorization: `Bearer ${String(made.json['token'])}` };
    expect((await call('gate', '/pipelines/guarded/release', { body: {}, headers })).status).toBe(403);
    expect((await call('gate', '/pipelines/other/release', { body: {}, headers })).status).toBe(202);
    expect((await call('gate', '/auth/users', { headers })).status).toBe(403);
  });
});

describe('a forged identity', () => {
  const root: Identity = { user: 'root', roles: ['dev', 'release'], admin: true, via: 'session' };
  const forgeries: [string, () => Record<string, string>][] = [
    ['a name in x-spinnaker-user', () => ({ 'x-spinnaker-user': 'root' })],
    ['another key', () => ({ [IDENTITY_HEADER]: signIdentity(root, randomIdentityKey(), Date.now()) })],
    ['no signature', () => ({ [IDENTITY_HEADER]: Buffer.from(JSON.stringify(root)).toString('base64url') })],
  ];

  it.each(forgeries)('with %s gets nowhere at gate, orca and front50', async (_how, headers) => {
    const { id, path } = await asking('ada');
    const sent = { headers: headers() };
    const judgment = { method: 'PATCH', body: { judgmentStatus: 'continue' }, ...sent };
    const gone = { method: 'PUT', body: { email: 'x@example.org' }, ...sent };
    const answers = await Promise.all([
      call('gate', path, judgment),
      call('gate', '/auth/user', sent),
      call('orca', path, judgment),
      call('orca', `/pipelines/${id}/cancel`, { method: 'PUT', ...sent }),
      call('orca', `/pipelines/${id}`, sent),
      call('front50', '/v2/applications/guarded', gone),
      call('front50', '/v2/applications', sent),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    expect((await executionOf(id)).status).toBe('RUNNING');
  });

  it('beside a session changes nothing: the session counts', async () => {
    const headers = { 'x-spinnaker-user': 'root', [IDENTITY_HEADER]: 'forged.forged' };
    const answer = await by('eve', '/auth/user', { headers });
    if (answer.status === 200) expect(answer.json).toMatchObject({ username: 'eve', isAdmin: false });
    else expect(answer.status).toBe(401);
    expect((await by('eve', '/auth/user', { headers: { 'x-spinnaker-user': 'root' } })).json).toMatchObject({
      username: 'eve',
      isAdmin: false,
    });
  });
});

describe('a webhook', () => {
  it('starts nothing by hand, in nobody’s name or another’s', async () => {
    const content = { application: 'guarded', pipelineNameOrId: 'release', trigger: { user: 'root' } };
    for (const type of ['manual', 'Manual', 'jenkins', '%6danual'])
      expect((await call('gate', `/webhooks/${type}/x`, { body: content })).status, type).not.toBe(200);
  });

  it('starts as whom the trigger was allowed to name, and nobody else', async () => {
    const trigger = { type: 'webhook', enabled: true, source: 'ci' };
    const stages = [{ type: 'wait', refId: '1', requisiteStageRefIds: [], name: 'Wait', waitTime: 0 }];
    const save = (user: string, name: string, more: Record<string, string>) =>
      by(user, '/pipelines', { body: { application: 'guarded', name, stages, triggers: [{ ...trigger, ...more }] } });
    expect((await save('eve', 'as root', { runAsUser: 'root' })).status).toBe(403);
    expect((await save('eve', 'sneaky', { user: 'root' })).status).toBe(200);
    expect((await save('ada', 'as eve', { runAsUser: 'eve' })).status).toBe(200);
    const answer = await call('gate', '/webhooks/webhook/ci', { body: {} });
    const matches = answer.json['matches'] as { pipeline: string; executionId: string; reason: { summary: string } }[];
    const refused = matches.find(({ pipeline }) => pipeline === 'sneaky');
    expect(refused?.reason.summary).toContain('it would run as anonymous');
    const started = matches.find(({ pipeline }) => pipeline === 'as eve');
    expect((await by('root', `/pipelines/${started?.executionId}`)).json).toMatchObject({
      authentication: { user: 'eve' },
    });
  });
});

describe('an open stream of events', () => {
  it('ends when its session does', async () => {
    cookies['gone'] = await login('eve');
    const stream = await fetch(`${system.addresses['gate']}/events`, { headers: { cookie: cookies['gone'] } });
    const reader = stream.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await by('gone', '/auth/logout', { method: 'POST' });
    const ended = (async () => {
      while (!(await reader?.read())?.done);
      return 'ended';
    })();
    expect(await Promise.race([ended, sleep(15_000, 'still open')])).toBe('ended');
  });
});

describe('gennaker users off', () => {
  it('opens the system to its own machine again', async () => {
    await gennakerUsers('off');
    await until(
      () => call('gate', '/applications'),
      ({ status }) => status === 200,
    );
    expect((await call('gate', '/auth/user')).json).toMatchObject({ username: 'anonymous', authentication: false });
  });
});
