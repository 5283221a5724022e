import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startLab, type TestClouddriver, testClouddriver, type TestLab } from './lab.fixture.ts';
import { testPipeline } from './stage-runner.fixture.ts';

// A database and many operations on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

let lab: TestLab;
let clouddriver: TestClouddriver;
let running: Awaited<ReturnType<TestClouddriver['here']>>;

beforeAll(async () => {
  lab = await startLab();
  clouddriver = await testClouddriver(lab);
  running = await clouddriver.here();
});
afterAll(async () => {
  await running?.stop();
  await clouddriver?.close();
  await lab?.close();
});

const where = { credentials: 'local-gce', cluster: 'hello-ops', regions: ['us-central1'] };
const current = { ...where, target: 'current_asg_dynamic' };
const groups = async () =>
  (await running.api.listServerGroups({ params: { application: 'hello' } })).map(
    ({ name, instances, image }) => `${name} ${instances.length} ${image}`,
  );

test('an image is found, tagged and found again; its server group is resized, cloned and scaled down', async () => {
  const { api } = running;
  const pipeline = testPipeline(api);
  const cluster = {
    account: 'local-gce',
    application: 'hello',
    stack: 'ops',
    region: 'us-central1',
    capacity: { min: 1, max: 1, desired: 1 },
    image: 'hello-1',
  };
  expect(await pipeline.run('deploy', { clusters: [cluster] })).toMatchObject({ status: 'SUCCEEDED' });
  expect(await pipeline.run('findImage', where)).toMatchObject({
    status: 'SUCCEEDED',
    outputs: { deploymentDetails: [{ imageName: 'hello-1', sourceServerGroup: 'hello-ops-v000' }] },
  });
  const tags = { tested: 'yes' };
  expect(await pipeline.run('upsertImageTags', { credentials: 'local-gce', tags })).toMatchObject({
    status: 'SUCCEEDED',
    outputs: { targets: [{ imageName: 'hello-1' }] },
  });
  expect(
    await pipeline.run('findImageFromTags', { credentials: 'local-gce', packageName: 'hello', tags }),
  ).toMatchObject({ status: 'SUCCEEDED', outputs: { deploymentDetails: [{ imageName: 'hello-1' }] } });

  const resized = await pipeline.run('resizeServerGroup', { ...current, action: 'scale_up', scaleNum: 1 });
  expect(resized).toMatchObject({
    status: 'SUCCEEDED',
    reasons: expect.arrayContaining(['hello-ops-v000 goes from 1 to 2']),
  });
  const cloned = await pipeline.run('cloneServerGroup', {
    credentials: 'local-gce',
    region: 'us-central1',
    cluster: 'hello-ops',
    useSourceCapacity: true,
  });
  expect(cloned).toMatchObject({ status: 'SUCCEEDED', outputs: { serverGroupName: 'hello-ops-v001' } });
  expect(await groups()).toEqual(['hello-ops-v000 2 hello-1', 'hello-ops-v001 2 hello-1']);
  // What an execution made itself it leaves alone: another one scales down.
  const down = await testPipeline(api).run('scaleDownCluster', { ...where, allowScaleDownActive: true });
  expect(down).toMatchObject({ status: 'SUCCEEDED' });
  expect(await groups()).toEqual(['hello-ops-v000 0 hello-1', 'hello-ops-v001 2 hello-1']);
  expect(await api.listLocks()).toEqual([]);
});

test('single instances and firewalls change, and a stage ends when the cloud shows it', async () => {
  const { api } = running;
  const pipeline = testPipeline(api);
  const [group] = (await api.listServerGroups({ params: { application: 'hello' } })).filter(
    ({ name }) => name === 'hello-ops-v001',
  );
  const id = group?.instances[0]?.name ?? '';
  const one = { credentials: 'local-gce', region: 'us-central1' };
  expect(await pipeline.run('terminateInstanceAndDecrementServerGroup', { ...one, instance: id })).toMatchObject({
    status: 'SUCCEEDED',
    context: { instancesBefore: [{ id, serverGroupName: 'hello-ops-v001' }] },
  });
  expect(await groups()).toContain('hello-ops-v001 1 hello-1');
  const firewall = { credentials: 'local-gce', securityGroupName: 'hello-web' };
  const made = await pipeline.run('upsertSecurityGroup', {
    ...firewall,
    network: 'default',
    sourceRanges: ['10.0.0.0/8'],
    allowed: [{ ipProtocol: 'tcp', portRanges: ['8080'] }],
  });
  expect(made).toMatchObject({
    status: 'SUCCEEDED',
    reasons: expect.arrayContaining(['Firewall hello-web is there']),
  });
  expect(await pipeline.run('deleteSecurityGroup', firewall)).toMatchObject({
    status: 'SUCCEEDED',
    reasons: expect.arrayContaining(['Firewall hello-web is gone']),
  });
  expect(await api.listLocks()).toEqual([]);
});

test('an autoscaler is given, turned off and taken away', async () => {
  const pipeline = testPipeline(running.api);
  const policy = { minNumReplicas: 1, maxNumReplicas: 3, cpuUtilization: { utilizationTarget: 0.6 } };
  const shown = async () =>
    (await running.api.listServerGroups({ params: { application: 'hello' } })).find(
      ({ name }) => name === 'hello-ops-v001',
    )?.['autoscalingPolicy'];
  expect(await pipeline.run('upsertScalingPolicy', { ...current, autoscalingPolicy: policy })).toMatchObject({
    status: 'SUCCEEDED',
  });
  expect(await shown()).toMatchObject({ ...policy, mode: 'ON' });
  expect(await pipeline.run('modifyGceAutoscalingPolicy', { ...current, mode: 'OFF' })).toMatchObject({
    status: 'SUCCEEDED',
  });
  expect(await shown()).toMatchObject({ ...policy, mode: 'OFF' });
  expect(await pipeline.run('deleteScalingPolicy', current)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await shown()).toBeUndefined();
});
