import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execution, type GateSystem, refused, startGateSystem } from './gate-system.fixture.ts';

let system: GateSystem;
let client: GateSystem['client'];
let url: string;
beforeAll(async () => {
  system = await startGateSystem();
  ({ client, url } = system);
});
afterAll(() => system.stop());

const post: GateSystem['post'] = (...request) => system.post(...request);

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
    expect(system.killed).toEqual(['posted-1']);
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
    system.executions.set('again-1', { ...known, pipelineConfigId: saved.pipeline.id ?? '' });
    await post('/pipelines/again-1/stages/s/restart', {}, 'PUT');
    system.executions.set('again-2', execution('again-2', { application: 'hello' }, 'PIPELINE'));
    await post('/pipelines/again-2/stages/s/restart', { stages: [{ refId: '9' }] }, 'PUT');
    expect(system.restarts).toEqual([{ stages: [{ refId: '1', preconditions }] }, { stages: [{ refId: '9' }] }]);
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
      expect(system.executions.get('op1')).toMatchObject({ application: 'spinnaker', type: 'ORCHESTRATION' });
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
