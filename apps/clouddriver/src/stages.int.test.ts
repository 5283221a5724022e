import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runOperation, startLab, type TestClouddriver, testClouddriver, type TestLab } from './lab.fixture.ts';
import { testPipeline } from './stage-runner.fixture.ts';

// Real processes and sockets on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let lab: TestLab;
let clouddriver: TestClouddriver;
let running: Awaited<ReturnType<TestClouddriver['here']>>;
const sick = new Set<string>();

beforeAll(async () => {
  lab = await startLab({ healthy: (address) => !sick.has(address) });
  clouddriver = await testClouddriver(lab);
  running = await clouddriver.here();
  await runOperation(running.api, [
    {
      upsertLoadBalancer: {
        credentials: 'local-gce',
        region: 'us-central1',
        loadBalancerName: 'hello-lb',
        connectionDrainingTimeoutSec: 0,
        healthCheck: { checkIntervalSec: 1, timeoutSec: 1, healthyThreshold: 1, unhealthyThreshold: 1 },
      },
    },
  ]);
});
afterAll(async () => {
  await running?.stop();
  await clouddriver?.close();
  await lab?.close();
});

const cluster = (extra: Record<string, unknown> = {}) => ({
  account: 'local-gce',
  application: 'hello',
  cloudProvider: 'gce',
  region: 'us-central1',
  capacity: { min: 2, max: 2, desired: 2 },
  loadBalancers: ['hello-lb'],
  image: 'hello-1',
  ...extra,
});
const baked = { deploymentDetails: [{ cloudProvider: 'gce', imageName: 'hello-1', region: 'global' }] };
const names = async () =>
  (await running.api.listServerGroups({ params: { application: 'hello' } })).map(
    (group) => `${group.name}${group.isDisabled ? ' off' : ''}`,
  );

test('bake output, dark deploy, enable new, disable old, destroy old', async () => {
  const { api } = running;
  const stack = { stack: 'demo' };
  const first = testPipeline(api, baked);
  const deployed = await first.run('deploy', { clusters: [cluster({ ...stack, image: null })] });
  expect(deployed).toMatchObject({
    status: 'SUCCEEDED',
    outputs: {
      serverGroupName: 'hello-demo-v000',
      'deploy.server.groups': { 'us-central1': ['hello-demo-v000'] },
      deployedServerGroups: [
        {
          account: 'local-gce',
          region: 'us-central1',
          serverGroupName: 'hello-demo-v000',
          image: 'hello-1',
          instances: [{ ip: expect.stringMatching(/^127\.99\./) }, {}],
        },
      ],
    },
  });

  const pipeline = testPipeline(api, baked);
  const dark = await pipeline.run('deploy', { clusters: [cluster({ ...stack, enableTraffic: false })] });
  expect(dark.status).toBe('SUCCEEDED');
  expect(await names()).toEqual(['hello-demo-v000', 'hello-demo-v001 off']);
  // Somebody else deploys meanwhile: this execution goes on meaning its own.
  await runOperation(api, [
    {
      createServerGroup: {
        ...cluster({ ...stack, loadBalancers: [] }),
        credentials: 'local-gce',
        disableTraffic: true,
      },
    },
  ]);
  const where = { credentials: 'local-gce', cluster: 'hello-demo', regions: ['us-central1'] };
  const enabled = await pipeline.run('enableServerGroup', { ...where, target: 'current_asg_dynamic' });
  expect(enabled).toMatchObject({ status: 'SUCCEEDED', outputs: { serverGroupName: 'hello-demo-v001' } });
  expect(enabled.reasons.join()).toContain('which this execution deployed');
  const disabled = await pipeline.run('disableServerGroup', { ...where, target: 'ancestor_asg_dynamic' });
  expect(disabled).toMatchObject({ status: 'SUCCEEDED', outputs: { serverGroupName: 'hello-demo-v000' } });
  expect(await names()).toEqual(['hello-demo-v000 off', 'hello-demo-v001', 'hello-demo-v002 off']);
  const destroyed = await pipeline.run('destroyServerGroup', { ...where, target: 'ancestor_asg_dynamic' });
  expect(destroyed).toMatchObject({ status: 'SUCCEEDED', outputs: { serverGroupName: 'hello-demo-v000' } });
  expect(await names()).toEqual(['hello-demo-v001', 'hello-demo-v002 off']);
  expect(await api.listLocks()).toEqual([]);
});

test('redblack disables what is older, and shrinks first', async () => {
  const { api } = running;
  const deploy = (extra: Record<string, unknown> = {}) =>
    testPipeline(api).run('deploy', { clusters: [cluster({ stack: 'rb', strategy: 'redblack', ...extra })] });
  const mine = async () => (await names()).filter((name) => name.startsWith('hello-rb'));
  await deploy();
  await deploy();
  expect(await mine()).toEqual(['hello-rb-v000 off', 'hello-rb-v001']);
  const third = testPipeline(api);
  await third.run('deploy', { clusters: [cluster({ stack: 'rb', strategy: 'redblack', maxRemainingAsgs: 2 })] });
  expect(third.ran.map((stage) => `${stage.type} ${stage.status}`)).toEqual([
    'deploy SUCCEEDED',
    'createServerGroup SUCCEEDED',
    'shrinkCluster SUCCEEDED',
    'disableCluster SUCCEEDED',
    'trafficReport SUCCEEDED',
  ]);
  expect(await mine()).toEqual(['hello-rb-v001 off', 'hello-rb-v002']);
});

test('what cannot work says why', async () => {
  const { api } = running;
  const fail = async (context: Record<string, unknown>) => {
    const pipeline = testPipeline(api);
    const stage = await pipeline.run('deploy', { clusters: [cluster({ stack: 'bad', ...context })] });
    expect(stage.status).toBe('TERMINAL');
    return pipeline.ran.flatMap((entry) => entry.reasons).join('\n');
  };
  expect(await fail({ image: null })).toContain('There is no image to deploy');
  expect(await fail({ strategy: 'redblack', enableTraffic: false })).toContain('nothing would serve');
  expect(await fail({ loadBalancers: ['absent'] })).toContain('Load balancer absent does not exist');
  const nothing = await testPipeline(api).run('disableServerGroup', {
    credentials: 'local-gce',
    cluster: 'hello-none',
    regions: ['us-central1'],
    target: 'ancestor_asg_dynamic',
  });
  expect(nothing).toMatchObject({
    status: 'TERMINAL',
    reasons: [expect.stringContaining('the cluster has no server group')],
  });
  expect(await api.listLocks()).toEqual([]);
});

test('a wait for instances says which one lacks what', async () => {
  const { api } = running;
  // The pool hands addresses out in order: everything that boots now is sick.
  for (let last = 1; last < 255; last++) for (let zone = 0; zone < 8; zone++) sick.add(`127.99.${zone}.${last}`);
  const pipeline = testPipeline(api);
  const deploy = pipeline.run('deploy', { clusters: [cluster({ stack: 'sick' })] });
  const created = async () =>
    pipeline.ran.find((stage) => stage.type === 'createServerGroup')?.reasons.join('\n') ?? '';
  await expect
    .poll(created, { timeout: 15_000 })
    .toMatch(
      /0 of 2 instances of hello-sick-v000 are up, 2 are needed\. hello-sick-v000-\w+: health check on :8080\/ fails: Nothing answers at 127/,
    );
  sick.clear();
  expect((await deploy).status).toBe('SUCCEEDED');
});

test('a stock-out ends the wait at once, with the reason of the cloud', async () => {
  const { api } = running;
  await lab.fault({ kind: 'stock-out', zone: 'us-central1-a' });
  const pipeline = testPipeline(api);
  const deploy = await pipeline.run('deploy', {
    clusters: [cluster({ stack: 'out', distributionPolicy: { zones: ['us-central1-a'] } })],
  });
  await lab.fault({ kind: 'clear' });
  expect(deploy.status).toBe('TERMINAL');
  expect(pipeline.ran.flatMap((stage) => stage.reasons).join('\n')).toContain('Google could not start it');
});
