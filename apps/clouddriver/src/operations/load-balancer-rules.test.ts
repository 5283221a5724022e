import { operationNamed } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { beforeAll, describe, expect, test } from 'vitest';
import { attemptsAfter } from './attempts.fixture.ts';
import { simulatedWorlds } from './conformance.fixture.ts';
import { LOAD_BALANCERS } from './conformance-load-balancers.fixture.ts';
import { AT, members, prepare } from './conformance-scenarios.fixture.ts';
import { type Beginning, resources } from './conformance-world.fixture.ts';

const GROUP = 'hello-prod-v000';
let beginning: Beginning;
beforeAll(async () => {
  beginning = await prepare(simulatedWorlds);
}, 60_000);

/** A world in which these operations have succeeded, and how the next one ends. */
const after = (...before: (readonly [string, JsonObject])[]) => attemptsAfter(beginning, before);

const made = (type: string) => ['upsertLoadBalancer', LOAD_BALANCERS[type] ?? {}] as const;

test.each([
  [{ ipAddress: 'nowhere' }, 'ipAddress: there is no address nowhere in us-central1 of account lab; there is none.'],
  [{ loadBalancerType: 'INTERNAL', network: 'lost' }, 'network: there is no network lost outside regions'],
  [{ loadBalancerType: 'INTERNAL', subnet: 'lost' }, 'subnet: there is no subnet lost in us-central1'],
  [
    { loadBalancerType: 'SSL', region: 'global', certificate: 'lost' },
    'certificate: there is no certificate lost outside regions of account lab; there is cert, other-cert.',
  ],
  [{ loadBalancerType: 'SSL', region: 'global' }, 'certificate must name a certificate'],
  [{ loadBalancerName: 'hello-lb', loadBalancerType: 'NETWORK' }, 'is of type TCP, which cannot become NETWORK'],
])('an upsert of %j is refused before anything is made: %s', async (description, sentence) => {
  const { world, attempt } = await after();
  const before = await resources(world);
  expect(await attempt('upsertLoadBalancer', { loadBalancerName: 'new-lb', ...description })).toContain(sentence);
  expect(await resources(world)).toEqual(before);
});

test('a forwarding rule is not made anew while groups get requests through it, and is when they do not', async () => {
  const { attempt } = await after();
  const moved = { loadBalancerName: 'hello-lb', portRange: '9090' };
  expect(await attempt('upsertLoadBalancer', moved)).toMatch(
    /^portRange: load balancer hello-lb sends requests to hello-prod-v000, and a forwarding rule is made anew/,
  );
  expect(await attempt('disableServerGroup', { serverGroupName: GROUP })).toBeNull();
  expect(await attempt('upsertLoadBalancer', moved)).toBeNull();
});

test('a health check of which one thing is changed keeps the rest of it', async () => {
  const { world, attempt } = await after(made('HTTP'));
  const check = () => world.lab.cloud.lab.store.get('healthChecks', 'projects/p/global/healthChecks/web-main-hc');
  expect(check()?.httpHealthCheck).toMatchObject({ port: 8080, requestPath: '/healthz' });
  expect(
    await attempt('upsertLoadBalancer', {
      ...LOAD_BALANCERS['HTTP'],
      defaultService: { name: 'web-main', healthCheck: { requestPath: '/up' } },
    }),
  ).toBeNull();
  expect(check()?.httpHealthCheck).toMatchObject({ port: 8080, requestPath: '/up' });
});

test('another affinity of a target pool waits until nobody is in it', async () => {
  const { attempt } = await after(made('NETWORK'));
  const added = { loadBalancerNames: ['net'], instanceIds: [] as string[] };
  const { world } = await after(made('NETWORK'));
  const [member = ''] = members(world);
  expect(await attempt('registerInstancesWithLoadBalancer', { ...added, instanceIds: [member] })).toBeNull();
  const changed = { loadBalancerName: 'net', loadBalancerType: 'NETWORK', sessionAffinity: 'NONE' };
  expect(await attempt('upsertLoadBalancer', changed)).toContain(
    `sessionAffinity: a target pool keeps the one it was made with, and load balancer net sends requests to ${member}`,
  );
  expect(await attempt('deregisterInstancesFromLoadBalancer', { ...added, instanceIds: [member] })).toBeNull();
  expect(await attempt('upsertLoadBalancer', changed)).toBeNull();
});

test('of a load balancer with several backend services one must be chosen', async () => {
  const { attempt } = await after(made('HTTP'));
  const group = { application: 'hello', stack: 'web', image: 'debian-12-nodejs-v1', loadBalancers: ['web'] };
  expect(await attempt('createServerGroup', group)).toContain(
    'Load balancer web has several backend services (web-main, web-api): say which of them the server group is behind, by backendServices: {"web": ["web-main"]}',
  );
  expect(await attempt('createServerGroup', { ...group, backendServices: { web: ['lost'] } })).toContain(
    'has no backend service lost; it has web-main, web-api',
  );
});

test('a load balancer that serves something is not deleted, and says what', async () => {
  const { attempt } = await after();
  expect(await attempt('deleteLoadBalancer', { loadBalancerName: 'hello-lb' })).toBe(
    'Load balancer hello-lb still serves hello-prod-v000; disable or destroy that first, so that no request is lost.',
  );
  expect(await attempt('deleteLoadBalancer', { loadBalancerName: 'hello-lb', loadBalancerType: 'HTTP' })).toContain(
    'is of type TCP, not HTTP',
  );
});

test('a share is refused where connections are passed through', async () => {
  const { attempt } = await after();
  const half = { serverGroupName: GROUP, desiredPercentage: 50 };
  for (const operation of ['enableServerGroup', 'disableServerGroup'])
    expect(await attempt(operation, half)).toContain('desiredPercentage must be 100 for load balancer hello-lb');
});

test('single instances belong into target pools alone', async () => {
  const { world, attempt } = await after(made('NETWORK'));
  const [member = ''] = members(world);
  expect(
    await attempt('registerInstancesWithLoadBalancer', { loadBalancerNames: ['hello-lb'], instanceIds: [member] }),
  ).toContain('load balancer hello-lb is of type TCP, which knows server groups and no single instances');
  expect(
    await attempt('registerInstancesWithLoadBalancer', { loadBalancerNames: ['net'], instanceIds: ['gone-ab12'] }),
  ).toContain('instanceIds: there is no instance gone-ab12');
});

test('a disabled group takes its own instances out of a target pool, whatever they are called, and no others', async () => {
  const { world, attempt } = await after(made('NETWORK'));
  const { store } = world.lab.cloud.lab;
  const group = store.get('instanceGroupManagers', `projects/p/regions/us-central1/instanceGroupManagers/${GROUP}`);
  const pool = 'projects/p/regions/us-central1/targetPools/net-tp';
  for (const name of ['hello-odd-v000', 'hello-odd-v001'])
    await world.done('POST', 'regions/us-central1/instanceGroupManagers', {
      name,
      baseInstanceName: 'web',
      instanceTemplate: group?.versions?.[0]?.instanceTemplate,
      targetSize: 1,
      targetPools: [pool],
    });
  await world.settle();
  const inPool = () =>
    (store.get('targetPools', pool)?.instances ?? []).map((link) => link.split('/').at(-1)).toSorted();
  const [odd, other] = [members(world, 'hello-odd-v000'), members(world, 'hello-odd-v001')];
  expect(inPool()).toEqual([...odd, ...other].toSorted());
  expect(await attempt('disableServerGroup', { serverGroupName: 'hello-odd-v000' })).toBeNull();
  expect(inPool()).toEqual(other);
});

test('who wrote to a backend service in between is not overwritten: it is read again', async () => {
  const group = { application: 'hello', image: 'debian-12-nodejs-v1', targetSize: 1, loadBalancers: ['tcp'] };
  const { world, attempt } = await after(
    made('TCP'),
    ['createServerGroup', { ...group, stack: 'one' }],
    ['createServerGroup', { ...group, stack: 'two', disableTraffic: true }],
  );
  world.lab.cloud.lab.faults.add({
    kind: 'fail-request',
    method: 'PUT',
    pathContains: 'backendServices/tcp-bs',
    status: 412,
    reason: 'conditionNotMet',
    message: 'Stale fingerprint.',
    count: 2,
  });
  expect(await attempt('enableServerGroup', { serverGroupName: 'hello-two-v000' })).toBeNull();
  const service = world.lab.cloud.lab.store.get('backendServices', 'projects/p/global/backendServices/tcp-bs');
  expect(service?.backends.map(({ group: link }) => link.split('/').at(-1)).toSorted()).toEqual([
    'hello-one-v000',
    'hello-two-v000',
  ]);
});

test.each([
  [{ allowed: undefined }, 'allowed must say what a new firewall lets in'],
  [{ sourceRanges: undefined }, 'sourceRanges or sourceTags must say from where'],
  [{ network: 'lost' }, 'network: there is no network lost in account lab; there is default.'],
])('a firewall with %j is refused: %s', async (fields, sentence) => {
  const { attempt } = await after();
  const asked = { securityGroupName: 'fw', sourceRanges: ['10.0.0.0/8'], allowed: [{ ipProtocol: 'tcp' }] };
  expect(await attempt('upsertSecurityGroup', { ...asked, region: 'global', ...fields })).toContain(sentence);
});

describe('a firewall that exists', () => {
  const fw = { region: 'global', securityGroupName: 'fw' };
  const web = { ...fw, sourceRanges: ['10.0.0.0/8'], allowed: [{ ipProtocol: 'tcp', portRanges: ['8080'] }] };
  const withFirewall = async (body: object) => {
    const found = await after();
    await found.world.done('POST', '/global/firewalls', {
      name: 'fw',
      network: 'projects/p/global/networks/default',
      ...body,
    });
    const stored = () => found.world.lab.cloud.lab.store.get('firewalls', 'projects/p/global/firewalls/fw');
    return { ...found, stored };
  };

  test('never becomes open to everywhere by losing its last source', async () => {
    const { world, attempt } = await after(['upsertSecurityGroup', web]);
    const emptied = { ...AT, ...fw, sourceRanges: [] };
    const sentence = 'without any source firewall fw would let in from everywhere; say from where, or 0.0.0.0/0';
    expect((await world.preview('upsertSecurityGroup', emptied)).problems.join()).toContain(sentence);
    expect(await attempt('upsertSecurityGroup', emptied)).toContain(sentence);
    expect(await attempt('upsertSecurityGroup', { ...emptied, sourceTags: ['edge'] })).toBeNull();
    const open = await world.preview('upsertSecurityGroup', { ...AT, ...fw, sourceRanges: ['::/0'] });
    expect(open.warnings).toEqual(['firewall fw lets in from everywhere (::/0).']);
  });

  test('that denies is not turned into one that lets in', async () => {
    const { attempt, stored } = await withFirewall({
      denied: [{ IPProtocol: 'tcp', ports: ['22'] }],
      sourceRanges: ['0.0.0.0/0'],
    });
    expect(await attempt('upsertSecurityGroup', { ...fw, allowed: web.allowed })).toContain('firewall fw denies');
    expect(stored()?.allowed).toBeUndefined();
  });

  test('for outgoing traffic takes no sources', async () => {
    const { attempt } = await withFirewall({ direction: 'EGRESS', allowed: [{ IPProtocol: 'all' }] });
    expect(await attempt('upsertSecurityGroup', { ...fw, sourceRanges: ['10.0.0.0/8'] })).toContain(
      'is for outgoing traffic, which has no sources',
    );
  });

  test('is switched off and on, and gets another priority', async () => {
    const { world, attempt } = await after(['upsertSecurityGroup', web]);
    const off = { ...AT, ...fw, disabled: true, priority: 900 };
    expect(await world.preview('upsertSecurityGroup', off)).toMatchObject({
      changes: ['Changes firewall fw: priority from 1000 to 900; disabled from false to true.'],
      warnings: ['What only it lets in is refused from then on.'],
    });
    expect(await attempt('upsertSecurityGroup', off)).toBeNull();
    const stored = world.lab.cloud.lab.store.get('firewalls', 'projects/p/global/firewalls/fw');
    expect(stored).toMatchObject({ disabled: true, priority: 900, sourceRanges: ['10.0.0.0/8'] });
    expect((await world.preview('upsertSecurityGroup', off)).changes).toEqual([]);
    expect(await attempt('upsertSecurityGroup', { ...fw, disabled: false })).toBeNull();
  });
});

test.each(['disableServerGroup', 'destroyServerGroup'])(
  'a failed %s puts a group back exactly as somebody had put it there, though nothing of it was recorded',
  async (operation) => {
    const { world, attempt } = await after(made('TCP'));
    const { store, faults } = world.lab.cloud.lab;
    const link = 'projects/p/global/backendServices/tcp-bs';
    const group = `projects/p/regions/us-central1/instanceGroups/${GROUP}`;
    const backend = { group, balancingMode: 'CONNECTION', maxConnectionsPerInstance: 7, capacityScaler: 0.5 };
    await world.done('PATCH', 'global/backendServices/tcp-bs', { backends: [backend] });
    const backends = () => structuredClone(store.get('backendServices', link)?.backends);
    const before = backends();
    expect(before).toMatchObject([{ maxConnectionsPerInstance: 7 }]);
    await attempt('upsertScalingPolicy', {
      serverGroupName: GROUP,
      autoscalingPolicy: { minNumReplicas: 2, maxNumReplicas: 4, cpuUtilization: { utilizationTarget: 0.6 } },
    });
    faults.add({
      kind: 'fail-operation',
      code: 'PERMISSIONS_ERROR',
      message: 'Required permission is missing.',
      targetContains: 'autoscalers',
      count: 1,
    });
    expect(await attempt(operation, { serverGroupName: GROUP })).toContain('Required permission is missing');
    expect(backends()).toEqual(before);
  },
);

test('what brings a load balancer back tells the timeout of its services and the host of their checks', async () => {
  const service = { name: 'web-main', timeoutSec: 17, healthCheck: { port: 8080, host: 'a.example' } };
  const { world } = await after(['upsertLoadBalancer', { ...LOAD_BALANCERS['HTTP'], defaultService: service }]);
  const definition = operationNamed(world.cloud, 'upsertLoadBalancer')?.definition;
  const d = definition?.schema.parse({ ...AT, ...LOAD_BALANCERS['HTTP'] });
  const context = { application: 'hello', getTraffic: () => Promise.resolve(null) };
  expect(await definition?.inverse?.(context, d as never)).toMatchObject({
    operations: [{ upsertLoadBalancer: { defaultService: service } }],
  });
});
