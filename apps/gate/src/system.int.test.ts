import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { createClient } from '@gennaker/client/client';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { badRequest, notFound, type ServiceError } from '@gennaker/contracts/error';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { gateApi } from '@gennaker/contracts/gate';
import { orcaApi } from '@gennaker/contracts/orca';
import type { Api, Client, Handlers, StreamEvent } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import type { RunningApp } from '@gennaker/service/app';
import { configFromEnv, type ServiceConfig, type ServiceName } from '@gennaker/service/config';
import { serve } from '@gennaker/service/http-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app as echo } from '../../echo/src/module.ts';
import { app as front50 } from '../../front50/src/module.ts';
import { app as igor } from '../../igor/src/module.ts';
import { app as gate } from './module.ts';

/** Gate, front50, echo and igor as they run, over HTTP and PostgreSQL; orca, clouddriver and Jenkins stand in by their contracts. */
const executions = new Map<string, ExecutionView>();
const killed: string[] = [];
const restarts: unknown[] = [];
const streams = { orca: [] as StreamEvent[], after: [] as (string | undefined)[] };

let database: TestDatabase;
let config: ServiceConfig;
let running: RunningApp[] = [];
let client: Client<typeof gateApi>;
let url: string;
let jenkins: Server;

function execution(id: string, body: Record<string, unknown>, type: 'PIPELINE' | 'ORCHESTRATION'): ExecutionView {
  return {
    type,
    id,
    application: String(body['application']),
    name: String(body['name'] ?? body['description']),
    status: 'SUCCEEDED',
    buildTime: Date.now(),
    canceled: false,
    trigger: (body['trigger'] ?? { type: 'manual' }) as ExecutionView['trigger'],
    stages: [],
  };
}

const orcaHandlers: Partial<Handlers<typeof orcaApi>> = {
  orchestrate: ({ body }) => {
    if (body.name === 'Refused') throw badRequest('Stage type teleport is unknown', { fix: 'use another' });
    const id = body.executionId ?? '';
    executions.set(id, execution(id, body, 'PIPELINE'));
    return { ref: `/pipelines/${id}` };
  },
  ops: ({ body }) => {
    executions.set('op1', execution('op1', Array.isArray(body) ? { job: body } : body, 'ORCHESTRATION'));
    return { ref: '/pipelines/op1' };
  },
  getExecution: ({ params }) => {
    const found = executions.get(params.id);
    if (!found) throw notFound(`There is no execution ${params.id}`);
    return found;
  },
  getTask: ({ params }) => {
    const found = executions.get(params.id);
    if (!found) throw notFound(`There is no execution ${params.id}`);
    const { id, name, application, status, buildTime, stages } = found;
    const variables = stages.flatMap((stage) =>
      Object.entries({ ...stage.context, ...stage.outputs }).map(([key, value]) => ({ key, value })),
    );
    const steps = stages.flatMap((stage) => stage.tasks);
    return { id, name, application, status, buildTime, variables, steps, execution: found };
  },
  listForApplication: ({ params }) => [...executions.values()].filter((one) => one.application === params.application),
  searchExecutions: ({ params, query }) =>
    [...executions.values()].filter(
      ({ application, trigger }) => application === params.application && trigger['eventId'] === query.eventId,
    ),
  listTasks: () => [],
  cancel: ({ params }) => {
    if (!executions.has(params.id)) throw notFound(`There is no execution ${params.id}`);
  },
  deleteExecution: ({ params }) => {
    if (!executions.delete(params.id)) throw notFound(`There is no execution ${params.id}`);
  },
  restartStage: ({ params, body }) => {
    restarts.push(body);
    const found = executions.get(params.id);
    if (!found) throw notFound(`There is no execution ${params.id}`);
    return found;
  },
  evaluateExpression: ({ query }) => ({ result: query.expression }),
  killZombie: ({ params }) => void killed.push(params.id),
  events: async function* ({ query }) {
    streams.after.push(query.after);
    yield* streams.orca;
    if (streams.after.length > 1) await new Promise(() => {});
  },
};
const clouddriverHandlers: Partial<Handlers<typeof clouddriverApi>> = {
  listServerGroups: () => [],
  events: async function* () {
    yield { data: { kind: 'serverGroup' } };
    await new Promise(() => {});
  },
};

/** Serves a contract of which only some operations answer. */
async function standIn<A extends Api>(name: ServiceName, api: A, some: Partial<Handlers<A>>): Promise<RunningApp> {
  const missing = Object.keys(api).filter((operation) => !(operation in some));
  const rest = Object.fromEntries(missing.map((operation) => [operation, () => Promise.reject(notFound(operation))]));
  const served = await serve({ name, api, config, handlers: Object.assign(rest, some) });
  return { stop: () => served.close() };
}

beforeAll(async () => {
  database = await testDatabase();
  jenkins = createServer((_request, response) => {
    const build = {
      number: 3,
      building: false,
      result: 'SUCCESS',
      artifacts: [{ fileName: 'a.deb', relativePath: 'a.deb' }],
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(build));
  });
  jenkins.listen(0, '127.0.0.1');
  await once(jenkins, 'listening');
  const at = jenkins.address();
  const names: ServiceName[] = ['gate', 'orca', 'front50', 'clouddriver', 'rosco', 'igor', 'echo'];
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  const parsed = configFromEnv({
    GENNAKER_DATA: 'unused',
    DATABASE_URL: database.url,
    REDIS_URL: 'unused',
    GENNAKER_PORTS: JSON.stringify(ports),
    GENNAKER_DISCOVERY: JSON.stringify(
      Object.fromEntries(names.map((name) => [name, [`http://127.0.0.1:${ports[name]}`]])),
    ),
  });
  const address = `http://127.0.0.1:${at && typeof at === 'object' ? at.port : 0}`;
  config = {
    ...parsed,
    file: {
      ...parsed.file,
      jenkins: { masters: [{ name: 'demo-jenkins', address, trustPayload: false, pollSeconds: 0 }] },
    },
  };
  running = [
    await standIn('orca', orcaApi, orcaHandlers),
    await standIn('clouddriver', clouddriverApi, clouddriverHandlers),
    await front50.start(config),
    await echo.start(config),
    await igor.start(config),
    await gate.start(config),
  ];
  url = config.urls.gate;
  client = createClient(gateApi, { baseUrl: url });
  await client.submitTask({
    body: {
      application: 'hello',
      description: 'Create',
      job: [{ type: 'createApplication', application: { name: 'hello', email: 'a@b.c', cloudProviders: 'gce' } }],
    },
  });
});
afterAll(async () => {
  for (const app of running.toReversed()) await app.stop();
  jenkins.close();
  await database.drop();
});

const post = (path: string, body: unknown, method = 'POST') =>
  fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const refused = async (call: Promise<unknown>): Promise<ServiceError> =>
  (await call.then(
    () => undefined,
    (error: unknown) => error,
  )) as ServiceError;

describe("what Spinnaker's clients rely on", () => {
  it('version, user, health and API document', async () => {
    expect(await client.version({})).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(await client.user({})).toMatchObject({ username: 'anonymous', allowedAccounts: ['local-gce'] });
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'UP' });
    expect(await client.openapi({})).toMatchObject({ openapi: '3.1.0' });
  });

  it('a saved pipeline answers 200 and zero bytes; an unknown one is 404', async () => {
    const response = await post('/pipelines', { name: 'Saved', application: 'hello', stages: [] });
    expect([response.status, await response.text()]).toEqual([200, '']);
    const missing = await fetch(`${url}/applications/hello/pipelineConfigs/nowhere`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toContain('application/json');
    expect(await missing.json()).toEqual({
      timestamp: expect.any(Number),
      status: 404,
      error: 'Not Found',
      exception: 'ServiceError',
      message: 'Application "hello" has no pipeline "nowhere"',
      field: 'name',
      fix: 'use one of: Saved',
    });
    const deleted = await fetch(`${url}/pipelines/hello/nowhere`, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
    });
    expect([deleted.status, await deleted.text()]).toEqual([200, '']);
  });

  it('both bodies start a pipeline with 202, by name and by id', async () => {
    await post('/pipelines', {
      name: 'Start me',
      application: 'hello',
      id: 'start-id',
      parameterConfig: [{ name: 'version', required: true }],
    });
    const plain = { type: 'manual', parameters: { version: '1' } };
    for (const [name, body] of [
      ['Start%20me', plain],
      ['start-id', { trigger: plain }],
    ] as const) {
      const response = await post(`/pipelines/hello/${name}`, body);
      expect(response.status).toBe(202);
      const { ref } = (await response.json()) as { ref: string };
      const found = await client.getExecution({ params: { id: ref.split('/')[2] ?? '' } });
      expect(found.trigger).toMatchObject({ type: 'manual', user: 'anonymous', parameters: { version: '1' } });
    }
    const v2 = await client.startPipelineByEvent({ params: { application: 'hello', name: 'start-id' }, body: plain });
    expect(v2.ref).toMatch(/^\/pipelines\/[0-9A-Z]{26}$/);
    const found = await client.searchExecutions({ params: { application: 'hello' }, query: { eventId: v2.eventId } });
    expect(found.map((one) => `/pipelines/${one.id}`)).toEqual([v2.ref]);
  });

  it('a start that cannot be says why: 404, 400 with field and fix, and what orca said', async () => {
    await client.savePipeline({ body: JSON.stringify({ name: 'Refused', application: 'hello' }) });
    await client.savePipeline({ body: JSON.stringify({ name: 'Off', application: 'hello', disabled: true }) });
    const start = (name: string) => refused(client.startPipeline({ params: { application: 'hello', name }, body: {} }));
    expect(await start('nowhere')).toMatchObject({ status: 404 });
    expect(await start('Start me')).toMatchObject({
      status: 400,
      message:
        'Unable to trigger pipeline (application: hello, pipelineNameOrId: Start me). Error: required parameter "version" has no value',
      details: { field: 'parameters', fix: 'give a value, or a default in the pipeline' },
    });
    expect(await start('Off')).toMatchObject({
      status: 400,
      details: { fix: 'enable the pipeline and start it again' },
    });
    expect(await start('Refused')).toMatchObject({
      status: 400,
      message: expect.stringContaining('teleport is unknown'),
    });
  });

  it('the same idempotency key starts once', async () => {
    const call = () =>
      client.startPipeline({ params: { application: 'hello', name: 'Saved' }, body: {} }, { key: 'click-1' });
    expect((await call()).ref).toBe((await call()).ref);
  });

  it('tasks have refs of /tasks/<id> and the task shape, whoever runs them', async () => {
    const { ref } = await client.submitTask({
      body: { application: 'hello', description: 'Enable', job: [{ type: 'enableServerGroup', asgName: 'x' }] },
    });
    expect(ref).toBe('/tasks/op1');
    expect(await client.getTask({ params: { id: 'op1' } })).toMatchObject({
      name: 'Enable',
      status: 'SUCCEEDED',
      steps: [],
    });
    const bad = await client.submitTask({
      body: { application: 'x', job: [{ type: 'createApplication', application: { name: 'my-app', email: 'a@b' } }] },
    });
    expect(bad.ref).toMatch(/^\/tasks\/[0-9A-Z]{26}$/);
    expect((await client.getTask({ params: { id: bad.ref.split('/')[2] ?? '' } })).status).toBe('TERMINAL');
    expect(
      await refused(
        client.submitTask({ body: { application: 'x', job: [{ type: 'createApplication' }, { type: 'wait' }] } }),
      ),
    ).toMatchObject({ status: 400, details: { field: 'job' } });
    expect(
      (await client.listApplicationTasks({ params: { application: 'hello' } })).map((task) => task.name),
    ).toContain('Create');
  });

  it('tasks are cancelled together and removed, whoever ran them', async () => {
    const { ref } = await client.submitTask({
      body: { application: 'hello', description: 'Enable', job: [{ type: 'enableServerGroup', asgName: 'x' }] },
    });
    const ops = ref.split('/')[2] ?? '';
    const made = await client.submitTask({
      body: { application: 'hello', description: 'No', job: [{ type: 'deletePipeline', pipeline: {} }] },
    });
    const metadata = made.ref.split('/')[2] ?? '';
    await client.cancelTasks({ query: { ids: `${ops},${metadata}` } });
    expect(await refused(client.cancelTasks({ query: { ids: `${ops},none` } }))).toMatchObject({ status: 404 });
    for (const id of [ops, metadata]) {
      await client.deleteTask({ params: { id } });
      expect(await refused(client.getTask({ params: { id } }))).toMatchObject({ status: 404 });
      expect(await refused(client.deleteTask({ params: { id } }))).toMatchObject({ status: 404 });
    }
  });

  it('what is posted starts as it is, and zombies are ended on their path with a colon', async () => {
    const body = { application: 'hello', name: 'Posted', executionId: 'posted-1', stages: [{ type: 'wait' }] };
    const started = await post('/pipelines/start', { ...body, trigger: { type: 'manual', user: 'ann' } });
    expect([started.status, await started.json()]).toEqual([200, { ref: '/pipelines/posted-1' }]);
    expect((await client.getExecution({ params: { id: 'posted-1' } })).trigger).toMatchObject({ user: 'ann' });
    expect((await post('/admin/queue/zombies/posted-1:kill', {})).status).toBe(200);
    expect(killed).toEqual(['posted-1']);
  });

  it('expressions are posted as text or as JSON', async () => {
    const evaluate = async (body: string, type: string): Promise<unknown> =>
      (
        await fetch(`${url}/pipelines/x/evaluateExpression`, {
          method: 'POST',
          headers: { 'content-type': type },
          body,
        })
      ).json();
    expect(await evaluate('${a}', 'text/plain')).toEqual({ result: '${a}' });
    expect(await evaluate('{"expression": "${b}"}', 'application/json')).toEqual({ result: '${b}' });
    expect(await evaluate('{}', 'application/json')).toMatchObject({ status: 400 });
  });

  it('the cancel address with the placeholder, and executions by one kind of id only', async () => {
    const response = await fetch(`${url}/applications/%7Bapplication%7D/pipelines/posted-1/cancel?reason=why`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await client.executions({})).toEqual([]);
    const both = client.executions({ query: { pipelineConfigIds: 'a', executionIds: 'b' } });
    expect(await refused(both)).toMatchObject({ status: 400, details: { field: 'executionIds' } });
  });

  it('features that are off answer empty, and log-outs and redirects as browsers need them', async () => {
    for (const path of ['/plugins/deck/plugin-manifest.json', '/pubsub/subscriptions', '/auth/user/serviceAccounts']) {
      const response = await fetch(`${url}${path}`);
      expect([path, response.status, await response.text()]).toEqual([path, 200, '[]']);
    }
    expect(await client.quietPeriod()).toMatchObject({ enabled: false, startTime: -1 });
    const { functions, spelEvaluators } = await client.expressionCapabilities();
    expect(functions).toContainEqual({ name: 'stage' });
    expect(spelEvaluators.map(({ versionKey }) => versionKey)).toEqual(['v4', 'v3']);
    expect(await (await fetch(`${url}/auth/logout`)).text()).toBe('You are logged out.');
    const redirect = (to: string) => fetch(`${url}/auth/redirect?to=${encodeURIComponent(to)}`, { redirect: 'manual' });
    const home = await redirect(`${url}/here`);
    expect([home.status, home.headers.get('location')]).toEqual([302, `${url}/here`]);
    expect((await redirect('https://elsewhere.example/')).status).toBe(400);
  });

  it('projects show what serves; stage types, schedules and templates of pipelines are told', async () => {
    await client.submitTask({
      body: {
        application: 'spinnaker',
        job: [
          {
            type: 'upsertProject',
            project: { name: 'Shown', config: { applications: ['hello'], clusters: [{ account: 'prod' }] } },
          },
        ],
      },
    });
    expect(await client.projectClusters({ params: { id: 'shown' } })).toMatchObject([
      { account: 'prod', stack: '*', applications: [{ application: 'hello', clusters: [] }] },
    ]);
    expect(await client.stageFeatures({})).toContainEqual({ name: 'upsertEntityTags', enabled: true });
    expect(await client.validateCron({ query: { expression: '0 0 10 ? * MON' } })).toMatchObject({
      response: 'The expression is valid',
      description: 'second 0, minute 0, hour 10, every month, day of week MON',
    });
    expect(await refused(client.validateCron({ query: { expression: '* * *' } }))).toMatchObject({
      status: 400,
      details: { field: 'expression' },
    });
    const saved = await client.savePipelineConfig({ body: JSON.stringify({ name: 'Made', application: 'hello' }) });
    expect(await client.convertToTemplate({ params: { id: saved.pipeline.id ?? '' } })).toMatchObject({
      schema: 'v2',
      id: 'hello-Made',
    });
  });

  it('canary configurations are kept on their own paths', async () => {
    const config = { name: 'errors', applications: ['hello'], metrics: [{ name: 'm', query: { type: 'prometheus' } }] };
    const { canaryConfigId: id } = await client.createCanaryConfig({ body: config });
    expect(await client.listCanaryConfigs({ query: { application: 'HELLO' } })).toMatchObject([{ id, name: 'errors' }]);
    expect(await client.listCanaryConfigs({ query: { application: 'other' } })).toEqual([]);
    await client.updateCanaryConfig({ params: { id }, body: { ...config, description: 'x' } });
    const kept = await client.getCanaryConfig({ params: { id } });
    expect(kept).toMatchObject({ ...config, id, description: 'x' });
    expect(await refused(client.createCanaryConfig({ body: { ...config, id } }))).toMatchObject({ status: 400 });
    expect(await refused(client.updateCanaryConfig({ params: { id: 'no' }, body: config }))).toMatchObject({
      status: 404,
    });
    const twice = { ...config, metrics: [...config.metrics, ...config.metrics] };
    expect((await post('/v2/canaryConfig', twice)).status).toBe(400);
    await client.deleteCanaryConfig({ params: { id } });
    expect(await refused(client.getCanaryConfig({ params: { id } }))).toMatchObject({ status: 404 });
  });

  it('former addresses lead to the same: starts below pipelineConfigs, tasks below applications', async () => {
    const started = await post('/applications/hello/pipelineConfigs/Saved', {});
    expect([started.status, await started.json()]).toEqual([202, { ref: expect.stringMatching(/^\/pipelines\//) }]);
    const body = { application: 'hello', job: [{ type: 'updateApplication', application: { name: 'hello' } }] };
    const { ref } = (await (await post('/applications/hello/tasks', body)).json()) as { ref: string };
    expect(ref).toMatch(/^\/tasks\/[^/]+$/);
    expect(await (await fetch(`${url}/applications/hello${ref}`)).json()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await client.getApplication({ params: { application: 'hello' } })).toMatchObject({
      attributes: { email: 'a@b.c' },
    });
  });

  it("a restart hands on the preconditions of today's definition", async () => {
    const preconditions = [{ type: 'expression', context: { expression: 'true' } }];
    const stages = [{ type: 'checkPreconditions', refId: '1', requisiteStageRefIds: [], preconditions }];
    const saved = await client.savePipelineConfig({
      body: JSON.stringify({ name: 'Again', application: 'hello', stages }),
    });
    const known = execution('again-1', { application: 'hello', name: 'Again' }, 'PIPELINE');
    executions.set('again-1', { ...known, pipelineConfigId: saved.pipeline.id ?? '' });
    await post('/pipelines/again-1/stages/s/restart', {}, 'PUT');
    executions.set('again-2', execution('again-2', { application: 'hello' }, 'PIPELINE'));
    await post('/pipelines/again-2/stages/s/restart', { stages: [{ refId: '9' }] }, 'PUT');
    expect(restarts).toEqual([{ stages: [{ refId: '1', preconditions }] }, { stages: [{ refId: '9' }] }]);
  });

  it('an application with its attributes and clusters, in any case', async () => {
    expect(await client.getApplication({ params: { application: 'HELLO' } })).toMatchObject({
      name: 'hello',
      attributes: { name: 'hello', email: 'a@b.c' },
      clusters: {},
    });
    expect(await refused(client.getApplication({ params: { application: 'nowhere' } }))).toMatchObject({ status: 404 });
    expect((await client.listApplications({ query: { owner: 'A@b.c' } })).map((one) => one.name)).toEqual(['hello']);
  });
});

describe('saving', () => {
  it('refuses with field and fix through gate, and answers warnings where asked', async () => {
    const stages = [{ type: 'wait', refId: '1', requisiteStageRefIds: ['2'] }];
    const refusal = await post('/pipelines', { name: 'Bad', application: 'hello', stages });
    expect(refusal.status).toBe(400);
    expect(await refusal.json()).toMatchObject({
      status: 400,
      error: 'Bad Request',
      field: 'stages.0.requisiteStageRefIds',
      fix: 'remove "2" or add the stage',
    });
    const nameless = await post('/pipelines', { application: 'hello' });
    expect([nameless.status, await nameless.json()]).toMatchObject([400, { status: 400, field: 'name' }]);
    const saved = await client.savePipelineConfig({
      body: JSON.stringify({ name: 'Warned', application: 'hello', stages: [{ type: 'teleport' }] }),
    });
    expect(saved.warnings[0]?.field).toBe('stages.0.type');
    const id = saved.pipeline.id ?? '';
    const stored = await client.getStoredPipeline({ params: { id } });
    expect(stored.text).toBe('{"name":"Warned","application":"hello","stages":[{"type":"teleport"}]}');
    const text = '{"application":"hello",  "name":"Warned again"}';
    const updated = await client.updatePipeline({ params: { id }, body: text });
    expect(updated).toMatchObject({ id, name: 'Warned again' });
    expect(await client.pipelineText({ params: { id } })).toBe(text);
    const stale = client.savePipelineConfig({
      query: { staleCheck: 'true' },
      body: JSON.stringify({ ...saved.pipeline, description: 'x' }),
    });
    expect(await refused(stale)).toMatchObject({
      status: 400,
      details: { stale: { version: 2, lastModifiedBy: 'anonymous' } },
    });
    expect(await client.pipelineHistory({ params: { id } })).toHaveLength(2);
  });
});

describe('the jobs of tasks', () => {
  const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
  const run = async (...job: ({ type: string } & Record<string, unknown>)[]) => {
    const { ref } = await client.submitTask({ body: { application: 'spinnaker', description: 'Job', job } });
    const task = await client.getTask({ params: { id: ref.slice(ref.lastIndexOf('/') + 1) } });
    return { status: task.status, variables: Object.fromEntries(task.variables.map(({ key, value }) => [key, value])) };
  };
  const named = (name: string, more: object = {}) => ({ id: `job-${name}`, name, application: 'jobs', ...more });
  const template = { schema: 'v2', id: 'jobbed', metadata: { name: 'j', scopes: [] }, pipeline: { stages: [] } };
  const project = { id: 'job-project', name: 'Jobs', config: { applications: ['jobs'] } };

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['createApplication', { application: { name: 'jobs', email: 'a@b.c' } }, { application: 'jobs' }],
    ['updateApplication', { application: { name: 'jobs', description: 'x' } }, { application: 'jobs' }],
    ['savePipeline', { pipeline: base64(named('A')) }, { 'pipeline.id': 'job-A', 'pipeline.name': 'A' }],
    ['savePipeline', { pipeline: named('B') }, { 'notification.type': 'savepipeline', application: 'jobs' }],
    [
      'savePipeline',
      { isBulkSavingPipelines: true, pipelines: base64([named('C'), { name: 'no application' }]) },
      { bulksave: { successful_pipelines: ['C'], failed_pipelines_count: 1 } },
    ],
    ['updatePipeline', { pipeline: base64(named('A', { description: 'y' })) }, { 'pipeline.id': 'job-A' }],
    [
      'reorderPipelines',
      { application: base64('jobs'), idsToIndices: base64({ 'job-A': 1, 'job-B': 0 }), isStrategy: base64(false) },
      { application: 'jobs' },
    ],
    ['deletePipeline', { pipeline: base64(named('C')) }, { 'pipeline.name': 'C' }],
    ['upsertProject', { project }, { projectId: 'job-project' }],
    ['deleteProject', { project: { id: 'job-project' } }, { 'notification.type': 'deleteproject' }],
    ['createV2PipelineTemplate', { pipelineTemplate: base64(template), tag: 'stable' }, {}],
    ['updateV2PipelineTemplate', { pipelineTemplate: base64(template), id: 'jobbed' }, {}],
    ['deleteV2PipelineTemplate', { pipelineTemplateId: 'jobbed' }, { 'pipelineTemplate.id': 'jobbed' }],
    ['deleteApplication', { application: { name: 'jobs' } }, { application: 'jobs' }],
  ])('%s does what its clients mean: %j', async (type, payload, outputs) => {
    expect(await run({ type, ...payload })).toMatchObject({ status: 'SUCCEEDED', variables: outputs });
  });

  it.each(['upsertEntityTags', 'deleteEntityTags', 'terminateInstances', 'upsertLoadBalancer', 'createServerGroup'])(
    '%s is a stage that orca runs',
    async (type) => {
      expect(await run({ type })).toMatchObject({ status: 'SUCCEEDED' });
      expect(executions.get('op1')).toMatchObject({ application: 'spinnaker', type: 'ORCHESTRATION' });
    },
  );

  it('of several pipelines that are saved side by side, one that is refused holds up none of the others', async () => {
    const several = { type: 'savePipeline', isSavingMultiplePipelines: true };
    const done = await run(
      { ...several, pipeline: { name: 'nobody’s' } },
      { ...several, pipeline: { name: 'D', application: 'hello' } },
    );
    expect(done).toMatchObject({
      status: 'SUCCEEDED',
      variables: { 'pipeline.name': 'D', exception: { details: { error: 'A pipeline needs its application' } } },
    });
  });

  it('of an unknown type are refused with the types that there are', async () => {
    const job = [{ type: 'createApplication', application: { name: 'x', email: 'a@b.c' } }, { type: 'saveSnapshot' }];
    expect(await refused(client.submitTask({ body: { application: 'x', job } }))).toMatchObject({
      status: 400,
      message: 'There is no job "saveSnapshot"',
      details: { field: 'job.1.type', fix: expect.stringMatching(/upsertProject.*upsertEntityTags/) },
    });
  });
});

describe('importing', () => {
  it('shows first what it would do, then stores it, and leaves alone what exists', async () => {
    const text = '{ "name": "Imported",  "stages": [{"type": "wait", "waitTime": 5}] }';
    const body = {
      application: 'hello',
      files: [
        { name: 'good.json', text },
        { name: 'bad.json', text: '{"name": "a/b", "application": "hello", "stages": []}' },
      ],
    };
    const dry = await client.importDocuments({ body: { ...body, dryRun: true } });
    expect(dry.documents).toMatchObject([
      { source: 'good.json', name: 'Imported', result: 'would be imported', rehearsal: { status: 'SUCCEEDED' } },
      { source: 'bad.json', result: 'refused', reason: expect.stringContaining('name: ') },
    ]);
    expect(dry.stageTypes).toEqual([{ type: 'wait', mapped: 1, approximated: 0, unsupported: 0 }]);
    const unrehearsed = { ...body, rehearse: false };
    const done = await client.importDocuments({ body: unrehearsed });
    expect(done.documents.map(({ result }) => result)).toEqual(['imported', 'refused']);
    const stored = await client.getPipelineConfig({ params: { application: 'hello', name: 'imported' } });
    const again = await client.importDocuments({ body: unrehearsed });
    expect(again.documents[0]).toMatchObject({ result: 'exists', existingId: stored.id });
    const replaced = await client.importDocuments({ body: { ...unrehearsed, replace: true } });
    expect(replaced.documents[0]).toMatchObject({ result: 'replaced' });
    expect(await client.pipelineHistory({ params: { id: stored.id ?? '' } })).toHaveLength(2);
  });
});

describe('webhooks', () => {
  const listening = (name: string, source: string) =>
    JSON.stringify({ name, application: 'hello', triggers: [{ type: 'webhook', enabled: true, source }] });

  it('a moment after the save start the pipeline as it was saved, fifty times of fifty', async () => {
    for (let round = 0; round < 50; round += 1) {
      await client.savePipeline({ body: listening(`Fresh ${round}`, `source-${round}`) });
      const answer = await client.webhook({ params: { type: 'webhook', source: `source-${round}` }, body: '{"n":1}' });
      const hits = answer.matches.filter((match) => match.started);
      expect(hits.map((match) => match.pipeline)).toEqual([`Fresh ${round}`]);
      expect(executions.has(hits[0]?.executionId ?? '')).toBe(true);
    }
  });

  it('delivered twice with the same delivery id start once; the event can be read', async () => {
    await client.savePipeline({ body: listening('Github', 'gh') });
    const send = () =>
      client.webhook(
        { params: { type: 'webhook', source: 'gh' }, body: '{}' },
        { headers: { 'x-github-delivery': 'd1' } },
      );
    const first = await send();
    const second = await send();
    expect(second).toMatchObject({ eventId: first.eventId, repeated: true });
    const [stored] = await client.eventHistory({ query: { limit: 1 } });
    expect(stored).toMatchObject({ id: first.eventId, source: 'gh' });
    expect(await client.getEvent({ params: { id: first.eventId } })).toEqual(stored);
  });

  it('are verified over the bytes that their sender signed', async () => {
    const trigger = { ...{ type: 'git', enabled: true, source: 'github', project: 'acme', slug: 'shop' }, secret: 's' };
    await client.savePipeline({
      body: JSON.stringify({ name: 'Signed', application: 'hello', triggers: [trigger] }),
    });
    // No JSON that a program would write itself.
    const body =
      '{ "ref":"refs/heads/dev", "ref" : "refs/heads/main",\n"after":"\\u0061bc", "size": 1.0,' +
      ' "repository": {"name":"shop","owner":{"name":"acme"}} }';
    const signature = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const send = (secret: string) =>
      client.webhook(
        { params: { type: 'git', source: 'github' }, body },
        { headers: { 'x-github-event': 'push', 'x-hub-signature-256': signature(secret) } },
      );
    const forged = (await send('x')).matches.find((match) => match.pipeline === 'Signed');
    expect(forged).toMatchObject({ started: false, reason: { summary: expect.stringContaining('not made with') } });
    const hit = (await send('s')).matches.find((match) => match.pipeline === 'Signed');
    expect(hit).toMatchObject({ started: true, reason: { summary: 'push:push of acme/shop, main at abc' } });
    const { trigger: started } = await client.getExecution({ params: { id: hit?.executionId ?? '' } });
    expect(started).toMatchObject({ type: 'git', branch: 'main', hash: 'abc' });
    expect(started).not.toHaveProperty('secret');
    const [again] = await client.eventHistory({ query: { type: 'git', started: 'true' } });
    const tried = await client.testEvent({ body: { eventId: again?.id, pipelineId: hit?.pipelineId } });
    expect(tried).toMatchObject({ taken: true, signature: 'given', matches: [{ wouldStart: true }] });
    const replayed = await client.replayEvent({ params: { id: again?.id ?? '' }, body: {} });
    expect(replayed.matches.find((match) => match.pipeline === 'Signed')?.started).toBe(true);
  });

  it("of GitHub's default, a form, are verified over the form and read as its payload", async () => {
    const trigger = { ...{ type: 'git', enabled: true, source: 'github', project: 'acme', slug: 'form' }, secret: 's' };
    await client.savePipeline({
      body: JSON.stringify({ name: 'Of a form', application: 'hello', triggers: [trigger] }),
    });
    const push = { ref: 'refs/heads/main', after: 'abc', repository: { name: 'form', owner: { name: 'acme' } } };
    const form = new URLSearchParams({ payload: JSON.stringify(push, null, 2) }).toString();
    const signed = `sha256=${createHmac('sha256', 's').update(form).digest('hex')}`;
    const send = async (body: string) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-github-event': 'push' };
      const { matches } = await client.webhook(
        { params: { type: 'git', source: 'github' }, body },
        { headers: { ...headers, 'x-hub-signature-256': signed } },
      );
      return matches.find((match) => match.pipeline === 'Of a form');
    };
    expect(await send(form.replace('%22abc%22', '%22abb%22'))).toMatchObject({ started: false });
    expect(await send(form)).toMatchObject({ started: true });
  });

  it('with another body than a JSON object are refused', async () => {
    for (const body of ['[1]', 'x', '"s"']) expect((await post('/webhooks/webhook/gh', body)).status).toBe(400);
    expect((await fetch(`${url}/webhooks/webhook/gh`, { method: 'POST' })).status).toBe(200);
  });

  it('of Jenkins go to igor, and carry the build to the execution', async () => {
    await client.savePipeline({
      body: JSON.stringify({
        name: 'Built',
        application: 'hello',
        triggers: [{ type: 'jenkins', enabled: true, master: 'demo-jenkins', job: 'hello' }],
      }),
    });
    const body = JSON.stringify({
      name: 'hello',
      url: 'job/hello/',
      build: { number: 3, phase: 'FINALIZED', status: 'SUCCESS' },
    });
    const answer = await client.jenkinsWebhook({ params: { master: 'demo-jenkins' }, body });
    const hit = answer.matches.find((match) => match.pipeline === 'Built');
    expect(hit).toMatchObject({ started: true, reason: { summary: 'build 3 of hello on demo-jenkins succeeded' } });
    expect((await client.getExecution({ params: { id: hit?.executionId ?? '' } })).trigger).toMatchObject({
      type: 'jenkins',
      buildNumber: 3,
      buildInfo: {
        artifacts: [{ fileName: 'a.deb', url: expect.stringMatching(/\/job\/hello\/3\/artifact\/a\.deb$/) }],
      },
    });
    const unknown = await refused(client.jenkinsWebhook({ params: { master: 'nobody' }, body }));
    expect(unknown).toMatchObject({ status: 404, details: { fix: expect.stringContaining('demo-jenkins') } });
    expect(await client.listMasters({ query: { type: 'travis' } })).toEqual([]);
    expect(await client.listMastersV3({})).toEqual(['demo-jenkins']);
    const job = { params: { master: 'demo-jenkins' }, query: { job: 'hello' } };
    expect(await client.getJob(job)).toMatchObject({ name: 'hello', parameterDefinitionList: [] });
    expect(await client.listBuilds(job)).toEqual([]);
  });
});

describe('the live stream', () => {
  it('merges executions and inventory, and goes on from the cursor when a source is lost', async () => {
    streams.orca.push({ id: 'c1', event: 'whatever', data: { n: 1 } });
    const seen: StreamEvent[] = [];
    const ended = new AbortController();
    const events = await client.events({}, { signal: ended.signal, headers: { 'last-event-id': 'c0' } });
    try {
      for await (const event of events) {
        seen.push(event);
        if (seen.filter((one) => one.event === 'upstream').length === 4) ended.abort();
      }
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    }
    expect(seen).toContainEqual({ id: 'c1', event: 'execution', data: { n: 1 } });
    expect(seen).toContainEqual({ event: 'inventory', data: { kind: 'serverGroup' } });
    expect(seen).toContainEqual({
      event: 'upstream',
      data: { service: 'orca', connected: false, reason: 'orca ended the stream' },
    });
    expect(streams.after).toEqual(['c0', 'c1']);
  });
});
