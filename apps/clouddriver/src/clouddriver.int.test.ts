import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runOperation, startLab, type TestClouddriver, testClouddriver, type TestLab, until } from './lab.fixture.ts';

// Real processes and sockets on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

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

const at = { credentials: 'local-gce', region: 'us-central1' };
const group = (extra: Record<string, unknown> = {}) => ({
  createServerGroup: {
    ...at,
    application: 'hello',
    stack: 'prod',
    image: 'hello-1',
    capacity: { min: 2, max: 2, desired: 2 },
    loadBalancers: ['hello-lb'],
    ...extra,
  },
});
const one = (name: string) => ({
  params: { account: 'local-gce', region: 'us-central1', name },
  query: { live: 'true' },
});

test('a load balancer, a dark server group, traffic on, traffic off, and nothing left after destroy', async () => {
  const { api } = running;
  const balancer = await runOperation(api, [
    {
      upsertLoadBalancer: {
        ...at,
        loadBalancerName: 'hello-lb',
        portRange: '8080',
        connectionDrainingTimeoutSec: 1,
        healthCheck: { checkIntervalSec: 1, timeoutSec: 1, healthyThreshold: 1 },
      },
    },
  ]);
  expect(balancer).toMatchObject({ status: { failed: false } });
  expect(await api.allLoadBalancers()).toMatchObject([
    {
      name: 'hello-lb',
      region: 'us-central1',
      loadBalancerType: 'TCP',
      portRange: '8080',
      ipAddress: expect.any(String),
    },
  ]);

  const created = await runOperation(api, [group({ disableTraffic: true })]);
  expect(created.reason).toBeUndefined();
  expect(created.resultObjects).toMatchObject([
    {
      serverGroupNames: ['us-central1:hello-prod-v000'],
      serverGroupNameByRegion: { 'us-central1': 'hello-prod-v000' },
    },
  ]);
  // Read your writes: the operation is done, so the group is there.
  expect(await api.listClusters({ params: { application: 'hello' } })).toEqual({ 'local-gce': ['hello-prod'] });
  await until(async () => (await api.getServerGroup(one('hello-prod-v000'))).instances.length === 2);
  const dark = await api.getServerGroup(one('hello-prod-v000'));
  expect(dark).toMatchObject({
    application: 'hello',
    cluster: 'hello-prod',
    isDisabled: true,
    loadBalancers: ['hello-lb'],
    capacity: { desired: 2 },
    image: 'hello-1',
    buildInfo: { package_name: 'hello', version: '1.0.0', jenkins: { name: 'hello-build', number: '7' } },
  });

  expect(await runOperation(api, [{ enableServerGroup: { ...at, serverGroupName: 'hello-prod-v000' } }])).toMatchObject(
    {
      status: { failed: false },
    },
  );
  await until(async () => (await api.getServerGroup(one('hello-prod-v000'))).instanceCounts.up === 2);
  const live = await api.getServerGroup(one('hello-prod-v000'));
  expect(live).toMatchObject({ isDisabled: false, instanceCounts: { total: 2, up: 2 } });
  expect(live.instances[0]).toMatchObject({
    healthState: 'Up',
    ips: [expect.stringMatching(/^127\.99\./)],
    health: [{ type: 'Google' }, { type: 'LoadBalancer', state: 'Up' }],
  });
  const [shown] = await api.listLoadBalancers({ params: { application: 'hello' } });
  expect(shown).toMatchObject({ serverGroups: [{ name: 'hello-prod-v000', isDisabled: false }] });
  const target = {
    params: {
      application: 'hello',
      account: 'local-gce',
      cluster: 'hello-prod',
      provider: 'gce',
      region: 'us-central1',
      target: 'current_asg_dynamic',
    },
  };
  expect(await api.getTarget(target)).toMatchObject({ name: 'hello-prod-v000' });

  // A second one takes the next name, in both zones at once; its predecessor is told.
  const second = await runOperation(api, [
    group({ distributionPolicy: { zones: ['us-central1-a', 'us-central1-b'] } }),
  ]);
  expect(second.resultObjects).toMatchObject([
    {
      serverGroupNames: ['us-central1:hello-prod-v001'],
      ancestorServerGroupNameByRegion: { 'us-central1': 'hello-prod-v000' },
    },
  ]);
  expect(
    await runOperation(api, [{ disableServerGroup: { ...at, serverGroupName: 'hello-prod-v000' } }]),
  ).toMatchObject({
    status: { failed: false },
  });
  expect(await api.getServerGroup(one('hello-prod-v000'))).toMatchObject({ isDisabled: true, instances: [{}, {}] });
  expect(await api.getServerGroup(one('hello-prod-v001'))).toMatchObject({ isDisabled: false });

  const destroyed = await runOperation(api, [
    { destroyServerGroup: { ...at, serverGroupName: 'hello-prod-v000' } },
    { destroyServerGroup: { ...at, serverGroupName: 'hello-prod-v001' } },
    { destroyServerGroup: { ...at, serverGroupName: 'hello-prod-v777' } },
  ]);
  expect(destroyed).toMatchObject({
    status: { failed: false },
    resultObjects: [{ existed: true }, { existed: true }, { existed: false }],
  });
  await expect(api.getServerGroup(one('hello-prod-v000'))).rejects.toThrow('There is no server group');
  expect(await lab.names('regions/us-central1/instanceGroupManagers')).toEqual([]);
  expect(await lab.names('global/instanceTemplates')).toEqual([]);

  expect(await runOperation(api, [{ deleteLoadBalancer: { ...at, loadBalancerName: 'hello-lb' } }])).toMatchObject({
    status: { failed: false },
  });
  expect(await lab.names('regions/us-central1/backendServices')).toEqual([]);
  expect(await api.allLoadBalancers()).toEqual([]);
});

test('changes are pushed to those who listen', async () => {
  const { api } = running;
  const stop = new AbortController();
  const url = await fetch(`${running.url}/events?application=pushed`, { signal: stop.signal });
  const reader = url.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  const listening = (async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) heard += part.value;
  })().catch(() => {});
  await runOperation(api, [group({ application: 'pushed', stack: '', loadBalancers: [] })]);
  await until(() => /event: serverGroup\ndata: .*"name":"pushed-v000"/.test(heard));
  await runOperation(api, [{ destroyServerGroup: { ...at, serverGroupName: 'pushed-v000' } }]);
  await until(() => /"change":"removed"/.test(heard));
  stop.abort();
  await listening;
});

test('look-ups', async () => {
  const { api } = running;
  expect(await api.listAccounts({ query: { expand: 'true' } })).toMatchObject([
    { name: 'local-gce', type: 'gce', platformHealth: 'Google' },
  ]);
  expect(await api.findImages({ params: { provider: 'gce' }, query: { q: 'hello' } })).toMatchObject([
    { account: 'local-gce', imageName: 'hello-1' },
  ]);
  expect(await api.listNetworks({ params: { provider: 'gce' } })).toMatchObject([{ name: 'default' }]);
  expect((await api.listInstanceTypes()).length).toBeGreaterThan(0);
});

test('what is wrong is refused before anything starts, with the fields and the fix', async () => {
  const { api } = running;
  const refused = (body: Record<string, Record<string, unknown>>[]) =>
    api.submit({ params: { provider: 'gce' }, query: {}, body });
  await expect(
    refused([group({ stack: 'Prod', region: 'mars-1' }), { flyServerGroup: { credentials: 'local-gce' } }]),
  ).rejects.toMatchObject({
    status: 400,
    message: expect.stringMatching(
      /is no Google Compute name.*no region mars-1.*\[1\] gce has no operation flyServerGroup/,
    ),
  });
  await expect(refused([{ createServerGroup: { credentials: 'nobody' } }])).rejects.toMatchObject({
    message: expect.stringContaining('there is no account nobody; use one of local-gce'),
  });
  const failed = await runOperation(api, [group({ image: 'absent', loadBalancers: [] })]);
  expect(failed).toMatchObject({
    status: { failed: true },
    reason: {
      summary: expect.stringContaining('Image absent does not exist in project local'),
      next: expect.stringContaining('Nothing had been changed'),
    },
  });
});
