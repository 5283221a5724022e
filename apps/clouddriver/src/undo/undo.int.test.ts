import { createClient } from '@gennaker/client/client';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { orcaApi } from '@gennaker/contracts/orca';
import type { Client } from '@gennaker/contracts/route';
import { isComplete } from '@gennaker/contracts/status';
import { testRedis } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import { configFromEnv } from '@gennaker/service/config';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { app as orcaApp } from '../../../orca/src/module.ts';
import { runOperation, startLab, testClouddriver, until } from '../lab.fixture.ts';

// Real services on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const AT = { credentials: 'local-gce', region: 'us-central1' };
const OLD = { ...AT, serverGroupName: 'hello-v000' };
const cleanUps: (() => Promise<unknown> | unknown)[] = [];
let cloud: Client<typeof clouddriverApi>;
let orca: Client<typeof orcaApi>;
let deployed: ExecutionView;
let undone: ExecutionView;

beforeAll(async () => {
  const lab = await startLab();
  cleanUps.push(() => lab.close());
  const redis = await testRedis();
  cleanUps.push(() => redis.drop());
  const port = await freePort();
  const clouddriver = await testClouddriver(lab, `http://127.0.0.1:${port}`);
  cleanUps.push(() => clouddriver.close());
  const running = await clouddriver.here();
  cleanUps.push(running.stop);
  cloud = running.api;
  const started = await orcaApp.start(
    configFromEnv({
      ...clouddriver.environment,
      REDIS_URL: redis.url,
      GENNAKER_PORTS: JSON.stringify({ orca: port }),
      GENNAKER_DISCOVERY: JSON.stringify({ clouddriver: [running.url] }),
    }),
  );
  cleanUps.push(() => started.stop());
  orca = createClient(orcaApi, { baseUrl: `http://127.0.0.1:${port}` });
  await runOperation(cloud, [
    {
      upsertLoadBalancer: {
        credentials: 'local-gce',
        loadBalancerName: 'hello-lb',
        loadBalancerType: 'HTTP',
        portRange: '80',
        defaultService: {
          name: 'hello-bs',
          connectionDrainingTimeoutSec: 1,
          healthCheck: { port: 8080, checkIntervalSec: 1, timeoutSec: 1 },
        },
      },
    },
    {
      createServerGroup: { ...AT, application: 'hello', image: 'hello-1', targetSize: 1, loadBalancers: ['hello-lb'] },
    },
  ]);
  deployed = await run([
    {
      type: 'deploy',
      refId: '1',
      requisiteStageRefIds: [],
      clusters: [
        {
          account: 'local-gce',
          application: 'hello',
          region: 'us-central1',
          image: 'hello-1',
          targetSize: 1,
          loadBalancers: ['hello-lb'],
          strategy: 'none',
        },
      ],
    },
    { type: 'disableServerGroup', refId: '2', requisiteStageRefIds: ['1'], ...OLD },
  ]);
});
afterAll(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
});

/** Runs a pipeline to its end. */
async function run(stages: readonly Record<string, unknown>[]): Promise<ExecutionView> {
  const { ref } = await orca.orchestrate({
    body: { application: 'hello', name: 'deploy', stages: stages as never, trigger: { type: 'manual' } },
  });
  return ended(ref.split('/').at(-1) ?? '');
}

async function ended(id: string): Promise<ExecutionView> {
  let execution = await orca.getExecution({ params: { id } });
  await until(async () => {
    execution = await orca.getExecution({ params: { id } });
    return isComplete(execution.status);
  }, 60_000);
  const reasons = execution.stages.map((stage) => JSON.stringify(stage['reason'] ?? stage.context['exception'] ?? ''));
  expect(`${execution.status} ${execution.status === 'SUCCEEDED' ? '' : reasons.join(' ')}`.trim()).toBe('SUCCEEDED');
  return execution;
}

const groups = async () => {
  const all = await cloud.listServerGroups({ params: { application: 'hello' }, query: {} });
  return all.map(({ name, isDisabled }) => `${name} ${isDisabled ? 'disabled' : 'enabled'}`);
};

test('a rollback of what an execution deployed is told with its reason, its steps and the task that does it', async () => {
  const preview = await orca.previewRollback({
    params: { application: 'hello' },
    body: { executionId: deployed.id },
  });
  expect(preview.sentence).toBe(
    'Rolls back hello-v001 in us-central1: restores hello-v000: its image hello-1 is recorded as what hello-v001 replaced',
  );
  expect(preview.regions[0]?.steps).toEqual([
    'Enable hello-v000, and wait until 100 % of it is healthy at its load balancers',
    'Disable hello-v001, while hello-v000 is healthy',
  ]);
  expect(preview.task?.job).toMatchObject([
    {
      type: 'rollbackServerGroup',
      rollbackContext: { rollbackServerGroupName: 'hello-v001', restoreServerGroupName: 'hello-v000' },
    },
  ]);
});

test('what changed since is flagged, and an undo then needs force; it enables the old one before the new one goes', async () => {
  const at = { params: { id: deployed.id } };
  expect(await groups()).toEqual(['hello-v000 disabled', 'hello-v001 enabled']);
  const before = await orca.previewUndo(at);
  expect(before).toMatchObject({ problems: [], drift: [], needsForce: false });
  expect(before.entries.map(({ did, steps }) => [did, steps.map(({ sentence }) => sentence)])).toEqual([
    ['disables hello-v000 in us-central1', ['enables hello-v000 in us-central1']],
    ['makes hello-v001 in us-central1', ['destroys hello-v001 in us-central1']],
  ]);
  const capacity = { min: 2, max: 2, desired: 2 };
  await runOperation(cloud, [{ resizeServerGroup: { ...AT, serverGroupName: 'hello-v001', capacity } }]);
  expect((await orca.previewUndo(at)).drift).toEqual(['server group hello-v001 in us-central1: size was 1 and is 2']);
  await expect(orca.startUndo({ ...at, body: {} })).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining('size was 1 and is 2'),
  });
  const { ref } = await orca.startUndo({ ...at, body: { force: true } });
  undone = await ended(ref.split('/').at(-1) ?? '');
  expect(undone).toMatchObject({ type: 'ORCHESTRATION', name: 'Undo "deploy"' });
  expect(undone.stages.map(({ name }) => name)).toEqual([
    'Enables hello-v000 in us-central1',
    'Destroys hello-v001 in us-central1',
  ]);
  expect(await groups()).toEqual(['hello-v000 enabled']);
  expect((await orca.previewUndo(at)).problems).toEqual(['Everything is as it was before it already']);
});

test('an undo is undone like any other execution, as far as that can be', async () => {
  const at = { params: { id: undone.id } };
  const preview = await orca.previewUndo(at);
  expect(preview.entries.flatMap(({ impossible }) => impossible ?? [])).toEqual([
    expect.stringContaining('deploy its image hello-1 again'),
  ]);
  await expect(orca.startUndo({ ...at, body: {} })).rejects.toMatchObject({ status: 409 });
  const { ref } = await orca.startUndo({ ...at, body: { force: true } });
  await ended(ref.split('/').at(-1) ?? '');
  expect(await groups()).toEqual(['hello-v000 disabled']);
});

test('what an execution held is released as soon as it has ended', async () => {
  await run([
    {
      type: 'resizeServerGroup',
      refId: '1',
      requisiteStageRefIds: [],
      ...OLD,
      action: 'scale_exact',
      capacity: { min: 2, max: 2, desired: 2 },
      hold: { name: 'pinned-capacity', reason: 'for this test' },
    },
  ]);
  await until(async () => (await cloud.listHolds({ params: { application: 'hello' } })).length === 0);
  const [old] = await cloud.listServerGroups({ params: { application: 'hello' }, query: {} });
  expect(old?.capacity.desired).toBe(1);
});
