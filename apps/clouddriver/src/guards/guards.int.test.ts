import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { ForeseenGroup } from '@gennaker/contracts/foresight';
import type { Client } from '@gennaker/contracts/route';
import {
  ended,
  runOperation,
  startLab,
  type TestClouddriver,
  testClouddriver,
  type TestLab,
  until,
} from '../lab.fixture.ts';

// Real sockets and a database on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

let lab: TestLab;
let clouddriver: TestClouddriver;
let api: Client<typeof clouddriverApi>;
let stop: () => Promise<void>;

const at = { credentials: 'local-gce', region: 'us-central1' };
const group = (sequence: number, cluster = 'hello-prod') => `${cluster}-v00${sequence}`;
const create = (targetSize: number, more: object = {}) => ({
  createServerGroup: { ...at, application: 'hello', stack: 'prod', image: 'hello-1', targetSize, ...more },
});
const on = (operation: string, sequence: number, more: object = {}) => ({
  [operation]: { ...at, serverGroupName: group(sequence), ...more },
});
const guarded = (guards: readonly object[]) => {
  clouddriver.front50.applications = { hello: { name: 'hello', email: 'a@b.c', trafficGuards: guards } };
};
const keepOne = { account: 'local-gce', location: '*', stack: 'prod', detail: '' };
const view = (sequence: number) =>
  api.getServerGroup({
    params: { account: 'local-gce', region: 'us-central1', name: group(sequence) },
    query: { live: 'true' },
  });
const healthy = (sequence: number, count: number) =>
  until(async () => (await view(sequence)).instanceCounts.up === count, 20_000);

/** Two server groups behind a load balancer: v000 with two instances, v001 with one. */
beforeAll(async () => {
  lab = await startLab({ bootMs: 20 });
  clouddriver = await testClouddriver(lab);
  ({ api, stop } = await clouddriver.here());
  await runOperation(api, [
    {
      upsertLoadBalancer: { ...at, loadBalancerName: 'hello-lb', healthCheck: { checkIntervalSec: 1, timeoutSec: 1 } },
    },
    create(2, { loadBalancers: ['hello-lb'] }),
    create(1, { loadBalancers: ['hello-lb'] }),
  ]);
  await healthy(0, 2);
  await healthy(1, 1);
});
afterAll(async () => {
  await stop();
  await clouddriver.close();
  await lab.close();
});
beforeEach(() => guarded([keepOne]));

const refusal = (next = 'edit the guard') => ({
  status: { failed: true },
  reason: {
    summary: expect.stringContaining('A traffic guard refuses'),
    evidence: { guard: { stack: 'prod' }, cluster: 'hello-prod' },
    next: expect.stringContaining(next),
  },
});

test('both server groups at once are not taken away, and not even the first of them', async () => {
  const both = [on('disableServerGroup', 0), on('destroyServerGroup', 1)];
  expect(await runOperation(api, both)).toMatchObject({
    ...refusal('Nothing had been changed'),
    reason: { evidence: { healthyNow: 3, healthyAfter: 0 } },
  });
  expect([(await view(0)).isDisabled, (await view(1)).isDisabled]).toEqual([false, false]);
  const previews = await api.previewOperations({ params: { provider: 'gce' }, body: both });
  expect(previews[0]?.problems).toEqual([expect.stringContaining('0 of the 3 healthy instances')]);
  expect(previews[1]?.problems).toEqual([]);
});

test('a percentage refuses what leaves less of one full version, in the change and in its preview', async () => {
  guarded([{ ...keepOne, minCapacityPercentage: 60 }]);
  const shrink = on('resizeServerGroup', 0, { capacity: { min: 0, max: 0, desired: 0 } });
  expect(await runOperation(api, [shrink])).toMatchObject({
    ...refusal(),
    reason: { summary: expect.stringContaining('keeps 60 % of 2 (1.2)'), evidence: { healthyAfter: 1 } },
  });
  expect((await view(0)).capacity.desired).toBe(2);
  const [preview] = await api.previewOperations({ params: { provider: 'gce' }, body: [shrink] });
  expect(preview?.problems).toEqual([expect.stringContaining('60 % of 2')]);
});

test('what guards would say is told of a cluster as it would be by then, and nothing is changed', async () => {
  const foresee = (operations: ReturnType<typeof on>[], groups?: ForeseenGroup[]) =>
    api.foreseeOperations({
      params: { provider: 'gce' },
      body: {
        ...{ account: 'local-gce', region: 'us-central1', cluster: 'hello-prod', operations },
        ...(groups ? { groups } : {}),
      },
    });
  const first = await foresee([on('disableServerGroup', 0)]);
  expect(first).toMatchObject({ guarded: true, passed: [{ evidence: { healthyNow: 3, healthyAfter: 1 } }] });
  const second = await foresee([on('destroyServerGroup', 1)], first.groups);
  expect(second.refusal?.evidence).toMatchObject({ healthyNow: 1, healthyAfter: 0, guard: { stack: 'prod' } });
  const given = await foresee([on('enableServerGroup', 0), on('destroyServerGroup', 1)], second.groups);
  expect(given.refusal).toBeUndefined();
  expect(given.groups.map(({ view: { name } }) => name)).toEqual([group(0)]);
  expect([(await view(0)).isDisabled, (await view(1)).isDisabled]).toEqual([false, false]);
  guarded([{ account: 5 }]);
  expect((await foresee([])).unknown).toContain('trafficGuards.0.account');
});

test('while front50 is away a change waits and says so; then it is made', async () => {
  clouddriver.front50.applications = null;
  const { id } = await api.submit({
    params: { provider: 'gce' },
    query: {},
    body: [on('disableServerGroup', 0)],
  });
  await until(async () => (await api.getOperation({ params: { id } })).status.phase === 'GUARDS');
  const waiting = await api.getOperation({ params: { id } });
  expect(waiting.status).toMatchObject({ completed: false, status: expect.stringContaining('cannot be read') });
  guarded([keepOne]);
  expect(await ended(api, id)).toMatchObject({ status: { failed: false } });
  expect(await runOperation(api, [on('enableServerGroup', 0)])).toMatchObject({ status: { failed: false } });
});

test('guards that cannot be followed let nothing be taken away; what adds capacity goes on', async () => {
  guarded([{ account: 5 }]);
  expect(await runOperation(api, [on('disableServerGroup', 0)])).toMatchObject({
    status: { failed: true },
    reason: { summary: expect.stringContaining('trafficGuards.0.account') },
  });
  expect(await runOperation(api, [on('enableServerGroup', 0)])).toMatchObject({ status: { failed: false } });
});

test('the last server group that serves is kept from every change that takes it away, until another serves', async () => {
  expect(await runOperation(api, [on('disableServerGroup', 0)])).toMatchObject({ status: { failed: false } });
  const [instance] = (await view(1)).instances;
  const instanceIds = [instance?.name ?? ''];
  for (const change of [
    on('destroyServerGroup', 1),
    on('disableServerGroup', 1),
    on('resizeServerGroup', 1, { targetSize: 0 }),
    on('terminateInstances', 1, { instanceIds }),
    on('terminateInstanceAndDecrement', 1, { instanceIds }),
  ])
    expect(await runOperation(api, [change])).toMatchObject(refusal());
  expect((await view(1)).instances.map(({ name }) => name)).toEqual(instanceIds);
  // What does not serve may go, and a guard that is switched off, or is for other clusters, keeps nothing.
  expect(await runOperation(api, [on('resizeServerGroup', 0, { targetSize: 1 })])).toMatchObject({
    status: { failed: false },
  });
  guarded([
    { ...keepOne, enabled: false },
    { ...keepOne, stack: 'test' },
  ]);
  expect(await runOperation(api, [on('disableServerGroup', 1)])).toMatchObject({ status: { failed: false } });
});
