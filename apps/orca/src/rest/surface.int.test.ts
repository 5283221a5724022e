import type { ExecutionView } from '@gennaker/contracts/execution';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStores, over, start, startOrca, type Stores, type TestOrca, until } from '../orca.fixture.ts';

let stores: Stores;
let orca: TestOrca;
/** Ended, running, paused and an orchestration that ended. */
let done: ExecutionView;
let open: ExecutionView;
let halted: ExecutionView;
let task: string;

const stored = {
  id: 'stored',
  name: 'Stored',
  application: 'shop',
  stages: [{ type: 'wait', waitTime: 0, name: 'Short' }],
};
const document = {
  application: 'shop',
  name: 'Deploy',
  id: 'deploy',
  description: 'Deploys it',
  origin: 'deck',
  maxConcurrentExecutions: 9,
  keepWaitingPipelines: 'true',
  source: { id: 'template', type: 'v2', version: '1' },
  templateVariables: { size: 3 },
  initialConfig: { schema: 'v2' },
  spelEvaluator: 'v4',
  partition: 'east',
  systemNotifications: [{ createdAt: 1, group: 'g', message: 'm', closed: false }],
  notifications: [{ type: 'email', address: 'a@example.org', when: ['pipeline.failed'] }],
  startTimeExpiry: '4102444800000',
  trigger: { type: 'jenkins', eventId: 'event-1', user: 'ann', branch: 'release-1', parameters: { version: '7' } },
  stages: [{ type: 'wait', waitTime: 0, name: 'First', group: 'Early', comment: '${templateVariables.size}' }],
};
const waiting = [{ type: 'wait', waitTime: 600, name: 'Long' }];
const base64 = (value: unknown): string => encodeURIComponent(Buffer.from(JSON.stringify(value)).toString('base64'));
const anything: unknown = expect.anything();
const text: unknown = expect.any(String);
const millis: unknown = expect.any(Number);

beforeAll(async () => {
  stores = await openStores();
  orca = await startOrca(stores, { pipelines: [stored] });
  const { client } = orca;
  done = await until(client, await start(client, document.stages, document), over);
  const running = { name: 'Endless', id: 'endless', application: 'shop' };
  open = await until(client, await start(client, waiting, running), ({ stages }) => stages[0]?.status === 'RUNNING');
  halted = await until(client, await start(client, waiting, running), ({ stages }) => stages[0]?.status === 'RUNNING');
  const { ref } = await client.ops({
    body: { application: 'shop', description: 'Waits a little', job: [{ type: 'wait', waitTime: 0 }] },
  });
  task = ref.split('/').at(-1) ?? '';
  await until(client, task, over);
});
afterAll(async () => {
  await orca.stop();
  await stores.drop();
});

interface Asked {
  readonly what: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: () => string;
  readonly body?: unknown;
  readonly type?: string;
  /** 200 when absent. */
  readonly status?: number;
  /** Absent: the answer is empty. */
  readonly shape?: () => unknown;
}

const execution = (): unknown => ({
  type: 'PIPELINE',
  id: done.id,
  rootId: done.id,
  application: 'shop',
  name: 'Deploy',
  description: 'Deploys it',
  pipelineConfigId: 'deploy',
  status: 'SUCCEEDED',
  buildTime: millis,
  startTime: millis,
  endTime: millis,
  startTimeExpiry: 4_102_444_800_000,
  canceled: false,
  limitConcurrent: false,
  maxConcurrentExecutions: 9,
  keepWaitingPipelines: true,
  origin: 'deck',
  source: document.source,
  templateVariables: document.templateVariables,
  initialConfig: document.initialConfig,
  spelEvaluator: 'v4',
  partition: 'east',
  notifications: document.notifications,
  systemNotifications: document.systemNotifications,
  authentication: { user: 'ann', allowedAccounts: [] },
  trigger: document.trigger,
  stages: [
    {
      id: text,
      refId: '0',
      requisiteStageRefIds: [],
      type: 'wait',
      name: 'First',
      status: 'SUCCEEDED',
      startTime: millis,
      endTime: millis,
      context: { waitTime: 0, group: 'Early', comment: 3 },
      outputs: {},
      tasks: [
        {
          id: '1',
          name: 'wait',
          implementingClass: 'wait.wait',
          status: 'SUCCEEDED',
          startTime: millis,
          endTime: millis,
          stageStart: true,
          stageEnd: true,
          loopStart: false,
          loopEnd: false,
        },
      ],
    },
  ],
});
const taskShape = (): unknown => ({
  id: task,
  name: 'Waits a little',
  application: 'shop',
  status: 'SUCCEEDED',
  variables: [{ key: 'waitTime', value: 0 }],
  steps: [{ id: '1', name: 'wait', status: 'SUCCEEDED', startTime: millis, endTime: millis }],
  buildTime: millis,
  startTime: millis,
  endTime: millis,
  execution: { id: task, type: 'ORCHESTRATION' },
});
const search = (query: string): string => `/applications/shop/pipelines/search?${query}`;
const found =
  (...ids: (() => string)[]) =>
  () =>
    ids.map((id) => ({ id: id() }));
const isDone = (): string => done.id;
const stageOf = (of: () => ExecutionView): string => `${of().id}/stages/${of().stages[0]?.id}`;

const calls: Asked[] = [
  { what: 'one execution', path: () => `/pipelines/${done.id}`, shape: execution },
  { what: 'one that is unknown', path: () => '/pipelines/none', status: 404, shape: () => ({ message: text }) },
  {
    what: 'the newest of pipelines by their ids',
    path: () => '/pipelines?pipelineConfigIds=deploy,endless&limit=1',
    shape: found(() => halted.id, isDone),
  },
  {
    what: 'executions by their ids, unknown ones left out',
    path: () => `/pipelines?executionIds=${done.id},none`,
    shape: () => [execution()],
  },
  { what: 'neither ids', path: () => '/pipelines', status: 400, shape: () => ({ message: text }) },
  {
    what: 'executions of an application, as many of each pipeline',
    path: () => '/applications/shop/pipelines?limit=1&pipelineNameFilter=DEP&pipelineLimit=1',
    shape: () => [execution()],
  },
  {
    what: 'executions without what fills lists, but for the group',
    path: () => '/applications/shop/pipelines?expand=false&statuses=SUCCEEDED',
    shape: () => [{ id: done.id, stages: [{ name: 'First', context: { group: 'Early' }, outputs: {}, tasks: [] }] }],
  },
  {
    what: 'a status that is none',
    path: () => '/applications/shop/pipelines?statuses=GREAT',
    status: 400,
    shape: () => ({ message: expect.stringContaining('GREAT') as unknown }),
  },
  {
    what: 'a search by types of trigger, name, event and trigger',
    path: () =>
      search(
        `triggerTypes=jenkins,manual&pipelineName=Deploy&eventId=event-1&trigger=${base64({ branch: 'release-.*', parameters: { version: '7' } })}`,
      ),
    shape: found(isDone),
  },
  { what: 'a search that fits nothing', path: () => search(`trigger=${base64({ branch: 'x' })}`), shape: () => [] },
  {
    what: 'a search in all applications, oldest first, a page of it',
    path: () => '/applications/*/pipelines/search?reverse=true&startIndex=1&size=1&expand=true',
    shape: found(() => open.id),
  },
  {
    what: 'a search with bounds of time and statuses',
    path: () => search(`triggerTimeStartBoundary=1&triggerTimeEndBoundary=${done.buildTime}&statuses=SUCCEEDED`),
    shape: found(isDone),
  },
  {
    what: 'a search with bounds that cannot be',
    path: () => search('triggerTimeStartBoundary=2&triggerTimeEndBoundary=1'),
    status: 400,
    shape: () => ({ message: text }),
  },
  { what: 'a search by no base64', path: () => search('trigger=x'), status: 400, shape: () => ({ message: text }) },
  {
    what: 'failed stages of what succeeded',
    path: () => `/pipelines/failedStages?executionId=${done.id}&deckOrigin=http://deck&limit=1`,
    shape: () => [],
  },
  { what: 'one task', path: () => `/tasks/${task}`, shape: taskShape },
  {
    what: "an application's tasks",
    path: () => '/applications/shop/tasks?page=1&limit=3500&statuses=SUCCEEDED',
    shape: () => [taskShape()],
  },
  { what: 'the next page of tasks', path: () => '/applications/shop/tasks?page=2&limit=1', shape: () => [] },
  {
    what: 'a start of a posted pipeline',
    method: 'POST',
    path: () => '/orchestrate',
    body: { ...stored, id: 'posted' },
    shape: () => ({ ref: expect.stringMatching(/^\/pipelines\/[0-9A-Z]{26}$/) as unknown }),
  },
  {
    what: 'a dry plan in place of a start',
    method: 'POST',
    path: () => '/orchestrate',
    body: { ...stored, plan: true },
    shape: () => ({ stages: anything }),
  },
  {
    what: 'a start of a stored pipeline by its trigger',
    method: 'POST',
    path: () => '/orchestrate/stored',
    body: { type: 'manual', user: 'ann' },
    shape: () => ({ ref: expect.stringMatching(/^\/pipelines\/[0-9A-Z]{26}$/) as unknown }),
  },
  {
    what: 'a start of a stored pipeline that is unknown',
    method: 'POST',
    path: () => '/orchestrate/none',
    body: {},
    status: 404,
    shape: () => ({ message: text }),
  },
  { what: 'a plan', method: 'POST', path: () => '/plan', body: stored, shape: () => ({ stages: anything }) },
  {
    what: 'a plan of a stored pipeline',
    method: 'POST',
    path: () => '/plan/stored?resolveArtifacts=false',
    body: { type: 'manual' },
    shape: () => ({ stages: anything }),
  },
  {
    what: 'a start that failed elsewhere',
    method: 'POST',
    path: () => '/fail',
    body: { ...stored, id: 'failed', errorMessage: 'no such branch' },
    shape: () => ({ ref: expect.stringMatching(/^\/pipelines\//) as unknown }),
  },
  {
    what: 'operations as a list',
    method: 'POST',
    path: () => '/ops',
    body: [{ type: 'wait', waitTime: 0, application: 'other' }],
    shape: () => ({ ref: expect.stringMatching(/^\/tasks\/[0-9A-Z]{26}$/) as unknown }),
  },
  {
    what: 'operations in their context',
    method: 'POST',
    path: () => '/ops',
    type: 'application/context+json',
    body: { application: 'other', description: 'x', job: [{ type: 'wait', waitTime: 0 }] },
    shape: () => ({ ref: expect.stringMatching(/^\/tasks\/[0-9A-Z]{26}$/) as unknown }),
  },
  {
    what: 'an expression',
    path: () => `/pipelines/${done.id}/evaluateExpression?expression=${encodeURIComponent('${trigger.branch}')}`,
    shape: () => ({ result: 'release-1' }),
  },
  {
    what: 'an expression in a stage',
    path: () =>
      `/pipelines/${done.id}/${done.stages[0]?.id}/evaluateExpression?expression=${encodeURIComponent('${group}')}`,
    shape: () => ({ result: 'Early' }),
  },
  {
    what: 'an expression that fails',
    path: () => `/pipelines/${done.id}/evaluateExpression?expression=${encodeURIComponent('${nothing.at.all}')}`,
    shape: () => ({ detail: { '{nothing.at.all}': [{ level: 'ERROR', description: text }] } }),
  },
  {
    what: 'variables',
    method: 'POST',
    path: () => `/pipelines/${done.id}/evaluateVariables?requisiteStageRefIds=0&spelVersion=v4`,
    body: [
      { key: 'a', value: '${1 + 1}' },
      { key: 'b', value: '${a + 1}' },
    ],
    shape: () => ({
      result: [
        { key: 'a', value: 2, sourceValue: '${1 + 1}' },
        { key: 'b', value: 3, sourceValue: '${a + 1}' },
      ],
    }),
  },
  {
    what: 'variables that do not see each other',
    method: 'POST',
    path: () => `/pipelines/${done.id}/evaluateVariables?spelVersion=v3`,
    body: [
      { key: 'a', value: '${1 + 1}' },
      { key: 'b', value: '${a + 1}' },
    ],
    shape: () => ({
      result: [{ value: 2 }, { value: '${a + 1}' }],
      detail: { '{a + 1}': [{ level: 'ERROR' }] },
    }),
  },
  {
    what: 'the steps of an expression; a private address is not asked',
    method: 'POST',
    path: () => `/pipelines/${done.id}/previewExpression`,
    body: { text: "on ${trigger.branch} ${#fromUrl('http://169.254.169.254/')}" },
    shape: () => ({
      result: "on release-1 ${#fromUrl('http://169.254.169.254/')}",
      detail: {
        "on {trigger.branch} {#fromUrl('http://169.254.169.254/')}": [{ level: 'ERROR', description: text }],
      },
      steps: [
        { text: 'trigger' },
        { text: 'trigger.branch', value: 'release-1' },
        { text: "#fromUrl('http://169.254.169.254/')", error: expect.stringContaining('169.254') as unknown },
      ],
      names: expect.arrayContaining(['trigger', 'scmInfo', '#stage(']) as unknown,
    }),
  },
  { what: 'a pause', method: 'PUT', path: () => `/pipelines/${halted.id}/pause`, status: 202 },
  {
    what: 'what is paused',
    path: () => `/pipelines/${halted.id}`,
    shape: () => ({ status: 'PAUSED', paused: { pausedBy: 'anonymous', pauseTime: millis, paused: true } }),
  },
  { what: 'to resume', method: 'PUT', path: () => `/pipelines/${halted.id}/resume`, status: 202 },
  { what: 'a cancel', method: 'PUT', path: () => `/pipelines/${halted.id}/cancel?reason=enough`, status: 202 },
  {
    what: 'what was cancelled',
    path: () => `/pipelines/${halted.id}`,
    shape: () => ({ status: 'CANCELED', canceled: true, canceledBy: 'anonymous', cancellationReason: 'enough' }),
  },
  {
    what: 'a restart of a stage that runs',
    method: 'PUT',
    path: () => `/pipelines/${stageOf(() => open)}/restart`,
    body: {},
    status: 409,
    shape: () => ({ message: text }),
  },
  {
    what: 'a failure to ignore that is none',
    method: 'PUT',
    path: () => `/pipelines/${stageOf(() => done)}/ignoreFailure`,
    body: {},
    status: 409,
    shape: () => ({ message: text }),
  },
  {
    what: 'a removal of what runs',
    method: 'DELETE',
    path: () => `/pipelines/${open.id}`,
    status: 409,
    shape: () => ({ message: text }),
  },
  {
    what: 'a patch of a stage',
    method: 'PATCH',
    path: () => `/pipelines/${stageOf(() => open)}`,
    body: { skipRemainingWait: true },
    shape: () => ({
      id: open.id,
      stages: [
        {
          context: { skipRemainingWait: true },
          lastModified: { user: 'anonymous', allowedAccounts: [], lastModifiedTime: millis },
        },
      ],
    }),
  },
  {
    what: 'a patch of a stage that is over',
    method: 'PATCH',
    path: () => `/pipelines/${stageOf(() => done)}`,
    body: { skipRemainingWait: true },
    status: 409,
    shape: () => ({ message: text }),
  },
  {
    what: 'a restart',
    method: 'PUT',
    path: () => `/pipelines/${stageOf(() => done)}/restart`,
    body: {},
    shape: () => ({
      id: done.id,
      stages: [{ context: { restartDetails: { restartedBy: 'anonymous', restartTime: millis } } }],
    }),
  },
];

it.each(calls)('$what', async ({ method = 'GET', path, body, type = 'application/json', status = 200, shape }) => {
  const response = await fetch(orca.url + path(), {
    method,
    ...(method === 'GET' ? {} : { headers: { 'content-type': type } }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  expect(response.status, answer).toBe(status);
  if (!shape) return expect(answer).toBe('');
  expect(JSON.parse(answer)).toMatchObject(shape() as object);
  // Orca leaves out what is not there.
  if (response.ok) expect(answer).not.toContain(':null');
});

it('a start that failed has a history that ends', async () => {
  const { client } = orca;
  const [failed] = await client.listExecutions({ query: { pipelineConfigIds: 'failed' } });
  expect(failed).toMatchObject({
    status: 'TERMINAL',
    canceledBy: 'system',
    cancellationReason: 'Failed on startup: no such branch',
  });
  const history = await client.history({ params: { id: failed?.id ?? '' } });
  expect(history.map(({ type, sequence }) => [type, sequence])).toEqual([
    ['ExecutionCreated', 1],
    ['CancelRequested', 2],
    ['ExecutionCompleted', 3],
  ]);
  expect(failed?.version).toBe(3);
});
