import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { echoApi } from '@gennaker/contracts/echo';
import { errorBodySchema } from '@gennaker/contracts/error';
import { executionViewSchema } from '@gennaker/contracts/execution';
import { front50Api } from '@gennaker/contracts/front50';
import { gateApi } from '@gennaker/contracts/gate';
import { igorApi } from '@gennaker/contracts/igor';
import { orcaApi } from '@gennaker/contracts/orca';
import { roscoApi } from '@gennaker/contracts/rosco';
import type { Api } from '@gennaker/contracts/route';
import { type ApiDocument, answerCheck, type SeenAnswer } from '@gennaker/fixtures/answer-checks';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import type { AppDefinition, RunningApp } from '@gennaker/service/app';
import { configFromEnv, type ServiceConfig, type ServiceName } from '@gennaker/service/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app as clouddriver } from '../../clouddriver/src/module.ts';
import { app as echo } from '../../echo/src/module.ts';
import { app as front50 } from '../../front50/src/module.ts';
import { app as igor } from '../../igor/src/module.ts';
import { app as orca } from '../../orca/src/module.ts';
import { app as rosco } from '../../rosco/src/module.ts';
import { extremeQueries, hostileRequests, SAMPLE_NAME, samplePath } from './hostile-requests.fixture.ts';
import { app as gate } from './module.ts';
import { REFUSALS, RUNNING, SEED } from './refusals.fixture.ts';
import { openApiDocument } from './openapi/document.ts';

/** All services as they run, with no cloud and a build master that is away. */
const APPS: readonly AppDefinition[] = [orca, front50, clouddriver, rosco, igor, echo, gate];
const MAX_BYTES = 20_000;
/** Nobody listens there. */
const AWAY = 'http://127.0.0.1:9';
const AT_ONCE = 16;

let database: TestDatabase;
let redis: TestRedis;
let folder: string;
let config: ServiceConfig;
let running: RunningApp[] = [];

beforeAll(async () => {
  [database, redis, folder] = await Promise.all([
    testDatabase(),
    testRedis(),
    mkdtemp(join(tmpdir(), 'gennaker-hostile-')),
  ]);
  const ports = Object.fromEntries(await Promise.all(APPS.map(async ({ name }) => [name, await freePort()] as const)));
  const parsed = configFromEnv({
    GENNAKER_DATA: folder,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    GENNAKER_PORTS: JSON.stringify(ports),
    GENNAKER_DISCOVERY: JSON.stringify(
      Object.fromEntries(APPS.map(({ name }) => [name, [`http://127.0.0.1:${ports[name]}`]])),
    ),
  });
  const masters = [{ name: SAMPLE_NAME, address: AWAY, trustPayload: false, pollSeconds: 0 }];
  const http = { maxBodyBytes: MAX_BYTES, bodySeconds: 60 };
  config = { ...parsed, file: { ...parsed.file, accounts: [], jenkins: { masters }, http } };
  running = await Promise.all(APPS.map((app) => app.start(config)));
});
afterAll(async () => {
  await Promise.all(running.map((app) => app.stop()));
  await Promise.all([database.drop(), redis.drop()]);
  await rm(folder, { recursive: true, force: true });
});

/** Calls `one` for all of them, some at once; answers what it complained about. */
async function complaints<T>(all: readonly T[], one: (item: T) => Promise<string | undefined>): Promise<string[]> {
  const found: string[] = [];
  const rest = [...all];
  const work = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      const complaint = await one(item);
      if (complaint !== undefined) found.push(complaint);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

const documented = answerCheck(openApiDocument('0.0.0') as unknown as ApiDocument);
const seen = (method: string, answer: Response, body: string): SeenAnswer => ({
  ...{ method, path: new URL(answer.url).pathname, status: answer.status, body },
  contentType: answer.headers.get('content-type') ?? undefined,
});

const SERVICES: readonly (readonly [ServiceName, Api, number])[] = [
  ['gate', gateApi, MAX_BYTES],
  ['orca', orcaApi, 4 * MAX_BYTES],
  ['front50', front50Api, 4 * MAX_BYTES],
  ['clouddriver', clouddriverApi, 4 * MAX_BYTES],
  ['rosco', roscoApi, 4 * MAX_BYTES],
  ['igor', igorApi, 4 * MAX_BYTES],
  ['echo', echoApi, 4 * MAX_BYTES],
];

describe.each(SERVICES)('%s', (name, api, maxBytes) => {
  it('refuses every hostile body, query and path of every route, naming the field and the fix', async () => {
    const requests = hostileRequests(api, maxBytes);
    expect(requests.length).toBeGreaterThan(Object.keys(api).length);
    const wrong = await complaints(requests, async ({ operation, what, path, method, headers, body, status, says }) => {
      const answer = await fetch(config.urls[name] + path, { method, headers, body: (body ?? null) as string | null });
      const text = await answer.text();
      const error = errorBodySchema.safeParse(JSON.parse(text || '{}'));
      const fits =
        answer.status === status &&
        error.success &&
        error.data.field !== undefined &&
        error.data.fix !== undefined &&
        says.every((word) => text.includes(word));
      return fits ? undefined : `${operation}, ${what}: ${answer.status} ${text.slice(0, 300)}`;
    });
    expect(wrong).toEqual([]);
  });

  it('has an answer of its own for nonsense that is well formed', async () => {
    const calls = Object.entries(api)
      .filter(([, route]) => route.answers !== 'events')
      .flatMap(([operation, route]) => extremeQueries(route).map((query) => ({ operation, route, query })));
    const wrong = await complaints(calls, async ({ operation, route, query }) => {
      const answer = await fetch(config.urls[name] + samplePath(route) + query, {
        method: route.method,
        ...(route.method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: '{}' }),
        redirect: 'manual',
      });
      const text = await answer.text();
      const undocumented = name === 'gate' ? documented(seen(route.method, answer, text)) : undefined;
      if (undocumented !== undefined) return undocumented;
      const fits = answer.status < 500 || text.includes(`check that ${AWAY}`);
      return fits ? undefined : `${operation}${query}: ${answer.status} ${text.slice(0, 300)}`;
    });
    expect(wrong).toEqual([]);
  });
});

describe('each rule of the API refuses with its status, the field and the fix', () => {
  const send = async (
    line: string,
    body?: unknown,
  ): Promise<{ status: number; text: string; undocumented: string | undefined }> => {
    const [method = 'GET', path = '/'] = line.split(' ');
    const answer = await fetch(config.urls.gate + path, {
      method,
      ...(method === 'GET' ? {} : { headers: { 'content-type': 'application/json' } }),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await answer.text();
    return { status: answer.status, text, undocumented: documented(seen(method, answer, text)) };
  };

  beforeAll(async () => {
    for (const [line, body] of SEED) {
      const { status, text } = await send(line, body);
      if (status > 299) throw new Error(`${line}: ${status} ${text}`);
    }
  });

  for (const [rule, line, status, says, body] of REFUSALS)
    it(`${rule}: ${line}`, async () => {
      const answer = await send(line, body);
      expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(says)]);
      expect(JSON.parse(answer.text)).toMatchObject({ status, message: expect.any(String), fix: expect.any(String) });
      expect(answer.undocumented).toBeUndefined();
    });

  it('a stage that cannot be skipped by hand is not', async () => {
    const execution = executionViewSchema.parse(JSON.parse((await send(`GET /pipelines/${RUNNING}`)).text));
    const stage = execution.stages.find(({ type }) => type === 'evaluateVariables');
    const answer = await send(`PATCH /pipelines/${RUNNING}/stages/${stage?.id}`, { manualSkip: true });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([405, { field: 'manualSkip' }]);
  });
});
