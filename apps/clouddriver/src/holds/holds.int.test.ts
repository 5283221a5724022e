import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { Client } from '@gennaker/contracts/route';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ended, startLab, testClouddriver, until } from '../lab.fixture.ts';

// Real sockets on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

const AT = { credentials: 'local-gce', region: 'us-central1' };
const GROUP = { ...AT, serverGroupName: 'hello-v000' };
/** What orca says of executions; one that is not named does not exist. */
const statuses: Record<string, string> = {};
const cleanUps: (() => Promise<unknown> | unknown)[] = [];
let api: Client<typeof clouddriverApi>;

beforeAll(async () => {
  const lab = await startLab();
  cleanUps.push(() => lab.close());
  const orca = createServer((request, response) => {
    const id = request.url?.split('/').at(-1) ?? '';
    const status = statuses[id];
    response.writeHead(status ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status ? execution(id, status) : { status: 404, error: 'Not Found', message: 'no' }));
  }).listen(0, '127.0.0.1');
  await once(orca, 'listening');
  cleanUps.push(() => orca.close());
  const clouddriver = await testClouddriver(lab, `http://127.0.0.1:${(orca.address() as AddressInfo).port}`);
  cleanUps.push(() => clouddriver.close());
  const running = await clouddriver.here();
  cleanUps.push(running.stop);
  api = running.api;
  await change({
    upsertLoadBalancer: {
      credentials: 'local-gce',
      loadBalancerName: 'hello-lb',
      loadBalancerType: 'HTTP',
      portRange: '80',
      defaultService: { name: 'hello-bs', healthCheck: { port: 8080 } },
    },
  });
  await change({
    createServerGroup: { ...AT, application: 'hello', image: 'hello-1', targetSize: 2, loadBalancers: ['hello-lb'] },
  });
});
afterAll(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
});

const execution = (id: string, status: string) => ({
  id,
  status,
  type: 'PIPELINE',
  application: 'hello',
  name: 'deploy',
  buildTime: 1,
  canceled: status === 'CANCELED',
  stages: [],
  trigger: { type: 'manual' },
  authentication: { user: 'ops' },
});

async function change(operation: Record<string, Record<string, unknown>>, executionId?: string) {
  const { id } = await api.submit({ params: { provider: 'gce' }, query: { executionId }, body: [operation] });
  return ended(api, id);
}

const group = () =>
  api.getServerGroup({ params: { account: 'local-gce', region: 'us-central1', name: 'hello-v000' }, query: {} });
const size = async () => (await group()).capacity.desired;
const resize = (desired: number, more: object) => ({
  resizeServerGroup: { ...GROUP, capacity: { min: desired, max: desired, desired }, ...more },
});
const hold = { name: 'pinned-capacity', reason: 'keeps hello-v000 at 3 while another takes over' };

test('a held change is shown on its server group with what its release does, until it is released by name', async () => {
  statuses['run-1'] = 'RUNNING';
  await change(resize(3, { hold }), 'run-1');
  const shown = await group();
  expect(shown).toMatchObject({
    capacity: { desired: 3 },
    holds: [
      {
        name: 'pinned-capacity',
        reason: hold.reason,
        executionId: 'run-1',
        state: 'held',
        undo: ['resizes hello-v000 in us-central1 to 2'],
      },
    ],
  });
  expect(await api.listHolds({ params: { application: 'hello' } })).toEqual(shown.holds);
  await change({ releaseHolds: { ...GROUP, holds: ['pinned-capacity'] } }, 'run-1');
  expect(await group()).toMatchObject({ capacity: { desired: 2 } });
  expect((await group()).holds).toBeUndefined();
  // Nothing is held any more: a second release has nothing to do.
  const again = await change({ releaseHolds: { ...GROUP, holds: ['pinned-capacity'] } }, 'run-1');
  expect(again.status.failed).toBe(false);
});

test('a further change under the same name keeps the undo of the first', async () => {
  statuses['run-2'] = 'RUNNING';
  await change(resize(3, { hold }), 'run-2');
  await change(resize(4, { hold }), 'run-2');
  expect((await group()).holds).toHaveLength(1);
  await change({ releaseHolds: GROUP }, 'run-2');
  expect(await size()).toBe(2);
});

test('a later operation makes a hold permanent', async () => {
  statuses['run-3'] = 'RUNNING';
  await change(resize(3, { hold }), 'run-3');
  await change(resize(2, { settlesHolds: ['pinned-capacity'] }), 'run-3');
  expect((await group()).holds).toBeUndefined();
});

test('when the execution has ended, however, clouddriver undoes what it held', async () => {
  statuses['run-4'] = 'RUNNING';
  await change(resize(3, { hold }), 'run-4');
  const share = { name: 'share', reason: 'half of it takes requests' };
  await change({ disableServerGroup: { ...GROUP, desiredPercentage: 50, hold: share } }, 'run-4');
  await api.executionEnded({ params: { id: 'run-4' } });
  // It still runs, so that nothing happens; then it is cancelled.
  expect((await group()).holds).toHaveLength(2);
  statuses['run-4'] = 'CANCELED';
  await api.executionEnded({ params: { id: 'run-4' } });
  await until(async () => (await group()).holds === undefined);
  expect(await size()).toBe(2);
  const preview = await api.previewOperations({
    params: { provider: 'gce' },
    body: [{ enableServerGroup: GROUP }],
  });
  expect(preview[0]?.problems).toEqual([]);
});

test('an execution that orca does not know any more holds nothing', async () => {
  await change(resize(3, { hold }), 'lost');
  await api.executionEnded({ params: { id: 'lost' } });
  await until(async () => (await group()).holds === undefined);
  expect(await size()).toBe(2);
});

test('somebody may release a hold by hand', async () => {
  statuses['run-5'] = 'RUNNING';
  await change(resize(3, { hold }), 'run-5');
  const [held] = await api.listHolds({ params: { application: 'hello' } });
  const { id } = await api.releaseHold({ params: { id: held?.id ?? '' } });
  await ended(api, id);
  expect(await size()).toBe(2);
  await expect(api.releaseHold({ params: { id: held?.id ?? '' } })).rejects.toMatchObject({ status: 404 });
});

test('what fails holds nothing, and what cannot be taken back cannot be held', async () => {
  const missing = await change({ resizeServerGroup: { ...AT, serverGroupName: 'hello-v099', targetSize: 1, hold } });
  expect(missing.status.failed).toBe(true);
  await expect(change({ destroyServerGroup: { ...GROUP, hold: { name: 'No', reason: '' } } })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('destroyServerGroup.hold.name'),
  });
  const kept = await change({ destroyServerGroup: { ...GROUP, hold } });
  expect(kept.reason?.summary).toContain('It cannot be held (pinned-capacity)');
  expect(await api.listHolds({ params: { application: 'hello' } })).toEqual([]);
});
