import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import { type Receiver, startReceiver } from '@gennaker/notifications/receiver.fixture';
import type { RunningApp } from '@gennaker/service/app';
import { configFromEnv, type ServiceName } from '@gennaker/service/config';
import { scmConfigSchema } from '@gennaker/service/scm-accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { app as echo } from '../../echo/src/module.ts';
import { app as front50 } from '../../front50/src/module.ts';
import { app as igor } from '../../igor/src/module.ts';
import { app as orca } from '../../orca/src/module.ts';
import { app as gate } from './module.ts';

/** Gate, front50, orca, igor and echo as they run, and a receiver of webhooks and of what GitHub's API is called with. */
let database: TestDatabase;
let redis: TestRedis;
let receiver: Receiver;
const running: RunningApp[] = [];
let client: Client<typeof gateApi>;

beforeAll(async () => {
  [database, redis, receiver] = await Promise.all([testDatabase(), testRedis(), startReceiver()]);
  const names: ServiceName[] = ['gate', 'orca', 'front50', 'echo', 'clouddriver', 'rosco', 'igor'];
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  const parsed = configFromEnv({
    GENNAKER_DATA: 'unused',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    GITHUB_TOKEN: 'github-token',
    GENNAKER_PORTS: JSON.stringify(ports),
    GENNAKER_DISCOVERY: JSON.stringify(
      Object.fromEntries(names.map((name) => [name, [`http://127.0.0.1:${ports[name]}`]])),
    ),
  });
  const allow = [`127.0.0.1/32:${new URL(receiver.url).port}`];
  const credentials = { type: 'environment', variable: 'GITHUB_TOKEN' };
  const github = { name: 'github', type: 'github', address: `${receiver.url}/github`, credentials };
  const scm = scmConfigSchema.parse({ accounts: [github] });
  const config = {
    ...parsed,
    file: { ...parsed.file, egress: { allow }, publicUrls: ['https://deck.example.com'], scm },
  };
  for (const app of [front50, orca, igor, echo, gate]) running.push(await app.start(config));
  client = createClient(gateApi, { baseUrl: config.urls.gate });
});
afterAll(async () => {
  for (const app of running.toReversed()) await app.stop();
  await receiver.close();
  await redis.drop();
  await database.drop();
});

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = performance.now() + 20_000; performance.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it did not happen; received: ${JSON.stringify(receiver.received)}`);
}

const told = (): string[] =>
  receiver.received.map(({ body }) => {
    const { event, subject } = JSON.parse(body) as { event: string; subject: string };
    return `${event}: ${subject}`;
  });

it('people are told of an execution from its start over its judgment to its end, by its own and the application’s settings', async () => {
  const address = `${receiver.url}/told`;
  const application = { name: 'shop', email: 'a@b.c', cloudProviders: 'gce' };
  await client.submitTask({
    body: { application: 'shop', description: 'Create', job: [{ type: 'createApplication', application }] },
  });
  await client.saveNotificationSettings({
    params: { level: 'application', application: 'shop' },
    body: { webhook: [{ type: 'webhook', address, when: ['pipeline.complete'] }] },
  });
  const judged = ['manualJudgment', 'manualJudgmentContinue'];
  const pipeline = {
    application: 'shop',
    name: 'Deploy',
    notifications: [{ type: 'webhook', address, when: ['pipeline.starting'] }],
    parameterConfig: [{ name: 'where', default: 'told' }],
    stages: [
      {
        type: 'manualJudgment',
        name: 'Approve',
        refId: '1',
        requisiteStageRefIds: [],
        sendNotifications: true,
        notifications: [{ type: 'webhook', address: `${receiver.url}/\${parameters.where}`, when: judged }],
      },
    ],
  };
  await client.savePipeline({ body: JSON.stringify(pipeline) });
  const { ref } = await client.startPipeline({ params: { application: 'shop', name: 'Deploy' }, body: {} });
  const id = ref.split('/')[2] ?? '';
  await until(() => (receiver.received.length >= 2 ? true : undefined));
  const stage = (await client.getExecution({ params: { id } })).stages[0]?.id ?? '';
  await client.patchStage({ params: { id, stageId: stage }, body: { judgmentStatus: 'continue' } });
  await until(() => (receiver.received.length >= 4 ? true : undefined));
  expect(told()).toEqual([
    'pipeline.starting: shop: Deploy has started',
    'manualJudgment: shop: Deploy waits for an approval (Approve)',
    'manualJudgmentContinue: shop: stage Approve of Deploy was approved by anonymous',
    'pipeline.complete: shop: Deploy has succeeded',
  ]);
  expect(new Set(receiver.received.map(({ path }) => path))).toEqual(new Set(['/told']));
  const deliveries = await until(async () => {
    const list = await client.listNotificationDeliveries({ query: { executionId: id } });
    return list.every(({ state }) => state === 'delivered') ? list : undefined;
  });
  expect(deliveries.map(({ level, event }) => `${level} ${event}`).toReversed()).toEqual([
    'pipeline pipeline.starting',
    'stage manualJudgment',
    'stage manualJudgmentContinue',
    'application pipeline.complete',
  ]);
});

it('a notification is shown and tried through gate, which says what would go wrong', async () => {
  const tried = { event: 'pipeline.failed', application: 'shop' } as const;
  const hidden = { type: 'webhook', address: 'http://127.0.0.1:1/x' };
  expect(await client.previewNotification({ body: { ...tried, notification: hidden } })).toMatchObject({
    address: '127.0.0.1:1',
    message: { subject: 'shop: Example has failed' },
  });
  expect(await client.testNotification({ body: { ...tried, notification: hidden } })).toMatchObject({
    delivered: false,
    reason: { summary: expect.stringContaining('which is not called'), next: expect.stringContaining('egress.allow') },
  });
  const metadata = await client.notificationMetadata({});
  expect(metadata.find(({ notificationType }) => notificationType === 'email')).toMatchObject({ ready: false });
  expect(metadata.find(({ notificationType }) => notificationType === 'webhook')).toMatchObject({ ready: true });
});

it('the commit of a push carries a status of the pipeline and of its stage, written as GitHub documents it', async () => {
  const after = '6dcb09b5b57875f334f61aebed695e2e4193db5e';
  const status = (...when: string[]) => ({ type: 'githubStatus', when });
  const pipeline = {
    application: 'shop',
    name: 'Of a push',
    triggers: [{ type: 'git', enabled: true, source: 'github', project: 'octocat', slug: 'hello' }],
    notifications: [status('pipeline.starting', 'pipeline.failed')],
    stages: [
      {
        ...{ type: 'wait', name: 'Calm', refId: '1', requisiteStageRefIds: [], waitTime: 0 },
        ...{ sendNotifications: true, notifications: [status('stage.starting', 'stage.complete')] },
      },
      {
        ...{ type: 'checkPreconditions', name: 'Check', refId: '2', requisiteStageRefIds: ['1'] },
        preconditions: [{ type: 'expression', failPipeline: true, context: { expression: 'false' } }],
      },
    ],
  };
  await client.savePipeline({ body: JSON.stringify(pipeline) });
  receiver.received.splice(0);
  receiver.answer = { status: 201, body: JSON.stringify({ state: 'pending' }) };
  const repository = { name: 'hello', owner: { name: 'octocat' } };
  const pushed = await client.webhook(
    {
      params: { type: 'git', source: 'github' },
      body: JSON.stringify({ ref: 'refs/heads/main', after, repository }),
    },
    { headers: { 'x-github-event': 'push' } },
  );
  const id = pushed.matches.find(({ pipeline: name }) => name === 'Of a push')?.executionId ?? '';
  const ofGitHub = () => receiver.received.filter(({ path }) => path.startsWith('/github/'));
  await until(() => (ofGitHub().length >= 4 ? true : undefined));
  for (const { method, path, headers } of ofGitHub()) {
    expect(`${method} ${path}`).toBe(`POST /github/repos/octocat/hello/statuses/${after}`);
    expect(headers).toMatchObject({
      accept: 'application/vnd.github+json',
      authorization: 'Bearer github-token',
      'x-github-api-version': '2022-11-28',
      'user-agent': expect.any(String),
    });
  }
  const target_url = `https://deck.example.com/applications/shop/executions/details/${id}`;
  const bodies = ofGitHub().map(({ body }) => JSON.parse(body) as { state: string; context: string });
  for (const body of bodies)
    expect(body).toEqual({
      ...{ state: expect.any(String), context: expect.any(String), target_url },
      description: expect.stringMatching(/^shop: .{1,134}$/),
    });
  const statesOf = (context: string) => bodies.flatMap((body) => (body.context === context ? [body.state] : []));
  expect(statesOf('Of a push')).toEqual(['pending', 'failure']);
  expect(statesOf('Of a push / Calm')).toEqual(['pending', 'success']);
});
