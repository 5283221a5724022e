import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { createClient } from '@gennaker/client/client';
import { ServiceError } from '@gennaker/contracts/error';
import type { EchoEvent } from '@gennaker/contracts/echo';
import { igorApi } from '@gennaker/contracts/igor';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { systemClock } from '@gennaker/service/clock';
import { configFromEnv } from '@gennaker/service/config';
import { createGuardedHttp } from '@gennaker/service/egress';
import { type Served, serve } from '@gennaker/service/http-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { igorHandlers } from './http.ts';
import { createIgor, type Igor } from './igor.ts';

let database: TestDatabase;
let jenkins: Server;
let address: string;
let igor: Igor;
let served: Served;
let client: Client<typeof igorApi>;
let asked: { path: string; authorization: string | undefined }[];
let answers: (path: string) => [number, unknown];
let events: EchoEvent[];
let echoUp: boolean;

const build = {
  number: 7,
  building: false,
  result: 'SUCCESS',
  timestamp: 1_700_000_000_000,
  artifacts: [{ fileName: 'hello 1.deb', displayPath: null, relativePath: 'out/hello 1.deb' }],
  actions: [
    {},
    { parameters: [{ name: 'CHANNEL', value: 'stable' }] },
    { remoteUrls: ['git@x'], lastBuiltRevision: { branch: [{ name: 'origin/main', SHA1: 'abc' }] } },
  ],
};

beforeAll(async () => {
  jenkins = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    asked.push({ path, authorization: request.headers.authorization });
    const [status, body] = answers(path);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  jenkins.listen(0, '127.0.0.1');
  await once(jenkins, 'listening');
  const at = jenkins.address();
  address = `http://127.0.0.1:${at && typeof at === 'object' ? at.port : 0}/ci`;
  database = await testDatabase();
  igor = createIgor({
    db: database.db,
    clock: systemClock,
    sweepMs: 50,
    log: { warn: () => {} },
    guarded: createGuardedHttp([]),
    registries: [],
    secrets: { folder: 'unused', variable: () => undefined },
    masters: [
      { name: 'main', address, username: 'robot', token: 'secret', trustPayload: false, pollSeconds: 0 },
      { name: 'guarded', address, webhookToken: 'letmein', trustPayload: true, pollSeconds: 0 },
    ],
    echo: {
      post: async ({ body }) => {
        if (!echoUp) throw new ServiceError(503, 'echo is away');
        events.push(body);
        return { eventProcessed: true, eventId: `event-${events.length}`, matches: [] };
      },
    },
  });
  served = await serve({
    name: 'igor',
    api: igorApi,
    port: 0,
    config: configFromEnv({ GENNAKER_DATA: 'unused', DATABASE_URL: database.url, REDIS_URL: 'unused' }),
    handlers: igorHandlers(igor, {
      accounts: [],
      http: () => Promise.reject(new Error('no source host is called here')),
      checkEgress: async () => {},
      secrets: { folder: 'unused', variable: () => undefined },
    }),
  });
  client = createClient(igorApi, { baseUrl: served.url });
});
afterAll(async () => {
  await served.close();
  await igor.close();
  await database.drop();
  jenkins.close();
});
beforeEach(async () => {
  await database.db.pool.query('truncate igor.notifications');
  asked = [];
  events = [];
  echoUp = true;
  answers = () => [200, build];
});

const notify = (master: string, changes: Record<string, unknown> = {}, token?: string) =>
  client.jenkinsWebhook({
    params: { master },
    query: token === undefined ? {} : { token },
    body: JSON.stringify({
      name: 'hello',
      url: 'job/team/job/hello/',
      build: { number: 7, phase: 'FINALIZED', status: 'SUCCESS', url: 'job/team/job/hello/7/', ...changes },
    }),
  });
const until = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('a notification', () => {
  it('fetches the build, folders and blanks included, and becomes an event', async () => {
    expect(await notify('main')).toEqual({ eventProcessed: true, eventId: 'event-1', matches: [] });
    expect(asked).toEqual([
      { path: '/ci/job/team/job/hello/7/api/json', authorization: `Basic ${btoa('robot:secret')}` },
    ]);
    const url = `${address}/job/team/job/hello/7/`;
    expect(events).toMatchObject([
      {
        key: 'jenkins:main:team/job/hello:7',
        type: 'jenkins',
        source: 'main',
        content: {
          master: 'main',
          job: 'team/job/hello',
          properties: { CHANNEL: 'stable' },
          buildInfo: {
            number: 7,
            url,
            building: false,
            result: 'SUCCESS',
            artifacts: [
              { fileName: 'hello 1.deb', relativePath: 'out/hello 1.deb', url: `${url}artifact/out/hello%201.deb` },
            ],
            scm: [{ branch: 'main', sha1: 'abc', remoteUrl: 'git@x' }],
          },
        },
      },
    ]);
  });

  it('counts a build once, whatever its phases and however often', async () => {
    const early = await notify('main', { phase: 'STARTED' });
    expect(early).toMatchObject({
      eventProcessed: false,
      reason: { summary: 'build 7 of team/job/hello is in phase STARTED' },
    });
    await notify('main', { phase: 'COMPLETED' });
    expect(await notify('main', { phase: 'FINALIZED' })).toMatchObject({ repeated: true, eventId: 'event-1' });
    expect(events).toHaveLength(1);
  });

  it('waits for a build that still runs, and for a master or echo that is away', async () => {
    answers = () => [200, { ...build, building: true }];
    expect((await notify('main')).reason?.summary).toContain('still runs');
    answers = () => [503, {}];
    await until(() => asked.length > 1);
    answers = () => [200, build];
    echoUp = false;
    await new Promise((resolve) => setTimeout(resolve, 100));
    echoUp = true;
    await until(() => events.length === 1);
  });

  it('takes the facts from the payload where that is trusted, with the token', async () => {
    const artifacts = { 'out/hello.deb': { archive: 'http://evil/hello.deb' } };
    for (const token of [undefined, 'letmeim', ''])
      await expect(notify('guarded', { artifacts }, token)).rejects.toMatchObject({ status: 403 });
    await notify('guarded', { artifacts, parameters: { A: 'b' } }, 'letmein');
    expect(asked).toEqual([]);
    expect(events[0]?.content).toMatchObject({
      properties: { A: 'b' },
      buildInfo: {
        result: 'SUCCESS',
        artifacts: [{ fileName: 'hello.deb', url: `${address}/job/team/job/hello/7/artifact/out/hello.deb` }],
      },
    });
  });

  it('is refused for unknown masters, other payloads and builds that the master does not know', async () => {
    await expect(notify('nobody')).rejects.toMatchObject({
      status: 404,
      details: { fix: expect.stringContaining('main, guarded') },
    });
    for (const body of ['{', '{"name":"x"}', ''])
      await expect(client.jenkinsWebhook({ params: { master: 'main' }, body })).rejects.toMatchObject({ status: 400 });
    answers = () => [404, {}];
    await expect(notify('main')).rejects.toMatchObject({ status: 404 });
    answers = () => [200, build];
    expect(await notify('main')).toMatchObject({ eventProcessed: true });
  });
});

describe('a master', () => {
  it('lists jobs through its folders, and shows a build', async () => {
    expect(await client.listMasters({})).toEqual(['main', 'guarded']);
    answers = () => [
      200,
      { jobs: [{ name: 'solo' }, { name: 'team', jobs: [{ name: 'hello' }, { name: 'sub', jobs: [{ name: 'x' }] }] }] },
    ];
    expect(await client.listJobs({ params: { master: 'main' } })).toEqual([
      'solo',
      'team/job/hello',
      'team/job/sub/job/x',
    ]);
    answers = () => [200, build];
    expect(
      await client.getBuild({ params: { master: 'main', number: 7 }, query: { job: 'team/hello' } }),
    ).toMatchObject({ number: 7 });
    expect(asked.at(-1)?.path).toBe('/ci/job/team/job/hello/7/api/json');
  });

  it('describes a job with its parameters, and lists its last builds', async () => {
    const parameterDefinitions = [
      { name: 'CHANNEL', type: 'ChoiceParameterDefinition', choices: ['stable', 'edge'], description: 'where to' },
      { name: 'DEBUG', type: 'BooleanParameterDefinition', defaultParameterValue: { value: false } },
    ];
    answers = () => [200, { displayName: 'Hello', buildable: true, property: [null, {}, { parameterDefinitions }] }];
    const at = { params: { master: 'main' }, query: { job: 'team/job/hello' } };
    expect(await client.getJob(at)).toEqual({
      name: 'team/job/hello',
      displayName: 'Hello',
      description: '',
      url: `${address}/job/team/job/hello/`,
      buildable: true,
      concurrentBuild: false,
      parameterDefinitionList: [
        {
          name: 'CHANNEL',
          type: 'ChoiceParameterDefinition',
          choices: ['stable', 'edge'],
          description: 'where to',
        },
        { name: 'DEBUG', type: 'BooleanParameterDefinition', defaultValue: false },
      ],
    });
    answers = () => [200, { builds: [{ ...build, number: 6 }, build] }];
    expect(await client.listBuilds(at)).toMatchObject([
      { number: 7, url: `${address}/job/team/job/hello/7/`, artifacts: [{ fileName: 'hello 1.deb' }] },
      { number: 6 },
    ]);
    expect(asked.at(-1)?.path).toBe('/ci/job/team/job/hello/api/json');
    answers = () => [404, {}];
    await expect(client.getJob(at)).rejects.toMatchObject({ status: 404 });
  });

  it('that fails is named, and does not make callers think that igor is away', async () => {
    const ask = () => client.getBuild({ params: { master: 'main', number: 7 }, query: { job: 'hello' } });
    answers = () => [401, {}];
    await expect(ask()).rejects.toMatchObject({
      status: 500,
      details: { fix: 'give the master a username and token in gennaker.yml that may do this' },
    });
    answers = () => [200, 'not a build'];
    await expect(ask()).rejects.toMatchObject({ status: 502, message: expect.stringContaining('something else') });
  });
});
