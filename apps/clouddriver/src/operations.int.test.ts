import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import {
  ended,
  runOperation,
  startLab,
  type TestClouddriver,
  testClouddriver,
  type TestLab,
  until,
} from './lab.fixture.ts';

// Real processes and sockets on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const cleanUps: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function prepare(
  options: Parameters<typeof startLab>[0] = {},
  orcaUrl?: string,
): Promise<{ lab: TestLab; clouddriver: TestClouddriver }> {
  const lab = await startLab(options);
  cleanUps.push(() => lab.close());
  const clouddriver = await testClouddriver(lab, orcaUrl);
  cleanUps.push(() => clouddriver.close());
  return { lab, clouddriver };
}

const at = { credentials: 'local-gce', region: 'us-central1' };
const create = (extra: Record<string, unknown> = {}) => ({
  createServerGroup: { ...at, application: 'hello', image: 'hello-1', targetSize: 1, ...extra },
});
const balancer = { upsertLoadBalancer: { ...at, loadBalancerName: 'hello-lb' } };
const groups = 'regions/us-central1/instanceGroupManagers';

test('the same key answers the same operation, and only the first is run', async () => {
  const { lab, clouddriver } = await prepare();
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  const submit = () => api.submit({ params: { provider: 'gce' }, query: {}, body: [create()] }, { key: 'one-key' });
  const answers = await Promise.all([submit(), submit(), submit()]);
  expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
  await ended(api, answers[0]?.id ?? '');
  expect((await submit()).id).toBe(answers[0]?.id);
  expect(await lab.names(groups)).toEqual(['hello-v000']);
});

test('a key that was used up by asking for nothing has what comes with it later do nothing', async () => {
  const { lab, clouddriver } = await prepare();
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  const submit = (body: Parameters<typeof api.submit>[0]['body']) =>
    api.submit({ params: { provider: 'gce' }, query: {}, body }, { key: 'given-up' });
  const { id } = await submit([]);
  expect(await ended(api, id)).toMatchObject({ status: { completed: true, failed: false }, resultObjects: [] });
  expect((await submit([create()])).id).toBe(id);
  expect(await lab.names(groups)).toEqual([]);
  const unkeyed = api.submit({ params: { provider: 'gce' }, query: {}, body: [] });
  await expect(unkeyed).rejects.toThrow('No operation was given');
});

// Of all steps of all operations: conformance-on-processes.int.test.ts, and npm run chaos -- operations.
test.each(['template', 'group', 'attach'])(
  'killed in the middle of step %s, another process finishes it and nothing exists twice',
  async (step) => {
    const { lab, clouddriver } = await prepare({ latencyMs: 20 });
    const first = await clouddriver.process();
    await runOperation(first.api, [balancer]);
    await lab.fault({ kind: 'operation-latency', ms: 1_500 });
    const { id } = await first.api.submit(
      { params: { provider: 'gce' }, query: {}, body: [create({ loadBalancers: ['hello-lb'] })] },
      { key: `kill-${step}` },
    );
    const phase = { template: 'TEMPLATE', group: 'GROUP', attach: 'TRAFFIC' }[step];
    await until(async () => (await first.api.getOperation({ params: { id } })).status.phase === phase);
    // The request is on its way or accepted, its operation still runs.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await first.kill();
    await lab.fault({ kind: 'operation-latency', ms: 20 });
    const second = await clouddriver.process();
    const operation = await ended(second.api, id);
    expect(operation.reason).toBeUndefined();
    expect(operation.resultObjects).toMatchObject([{ serverGroupNameByRegion: { 'us-central1': 'hello-v000' } }]);
    expect(await lab.names(groups)).toEqual(['hello-v000']);
    expect(await lab.names('global/instanceTemplates')).toHaveLength(1);
    const group = await second.api.getServerGroup({
      params: { account: 'local-gce', region: 'us-central1', name: 'hello-v000' },
      query: {},
    });
    expect(group).toMatchObject({ isDisabled: false });
    const inserts = lab.requests.filter((request) => /^POST .*\/instanceGroupManagers$/.test(request));
    expect(inserts.length).toBeLessThanOrEqual(2);
    await second.kill();
  },
  60_000,
);

test('killed while it undoes, another process undoes the rest and tells the first failure', async () => {
  const { lab, clouddriver } = await prepare();
  const first = await clouddriver.process();
  await lab.fault({
    kind: 'fail-operation',
    targetContains: 'instanceGroupManagers',
    code: 'PERMISSIONS_ERROR',
    message: 'The first failure.',
  });
  await lab.fault({ kind: 'operation-latency', ms: 1_000 });
  const { id } = await first.api.submit({ params: { provider: 'gce' }, query: {}, body: [create()] });
  await until(async () => (await first.api.getOperation({ params: { id } })).status.phase === 'UNDO', 30_000);
  await first.kill();
  await lab.fault({ kind: 'clear' });
  const second = await clouddriver.process();
  const operation = await ended(second.api, id);
  expect(operation).toMatchObject({
    status: { failed: true },
    reason: { summary: expect.stringContaining('The first failure.'), next: expect.stringContaining('removed again') },
  });
  expect(await lab.names(groups)).toEqual([]);
  expect(await lab.names('global/instanceTemplates')).toEqual([]);
  await second.kill();
});

test('two processes share the table: an operation is run by one of them', async () => {
  const { lab, clouddriver } = await prepare();
  const one = await clouddriver.here();
  const two = await clouddriver.here();
  cleanUps.push(one.stop, two.stop);
  const done = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      runOperation(index % 2 ? one.api : two.api, [create({ stack: `s${index}` })], `shared-${index}`),
    ),
  );
  expect(done.filter((operation) => operation.status.failed)).toEqual([]);
  expect(await lab.names(groups)).toHaveLength(6);
});

test('a failure undoes what was made, last first, and what stands behind it is not run', async () => {
  const { lab, clouddriver } = await prepare();
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  await runOperation(api, [balancer]);
  await lab.fault({
    kind: 'fail-operation',
    targetContains: 'instanceGroupManagers',
    code: 'QUOTA_EXCEEDED',
    message: "Quota 'CPUS' exceeded. Limit: 8.0 in region us-central1.",
  });
  const failed = await runOperation(api, [create({ loadBalancers: ['hello-lb'] }), create({ application: 'later' })]);
  expect(failed).toMatchObject({
    status: { failed: true, completed: true },
    reason: {
      summary: expect.stringContaining("Quota 'CPUS' exceeded"),
      evidence: { cloud: { reason: 'quotaExceeded' } },
      next: expect.stringContaining('was removed again'),
    },
    resultObjects: [{ type: 'EXCEPTION' }],
  });
  expect(failed.history.filter((line) => line.phase === 'UNDO').map((line) => line.status)).toEqual([
    'Undoing group of createServerGroup',
    'Undoing template of createServerGroup',
  ]);
  expect(await lab.names(groups)).toEqual([]);
  expect(await lab.names('global/instanceTemplates')).toEqual([]);
  // The name was given back with it.
  expect((await runOperation(api, [create()])).resultObjects).toMatchObject([
    { serverGroupNames: ['us-central1:hello-v000'] },
  ]);
});

test('passing errors are tried again', async () => {
  const { lab, clouddriver } = await prepare();
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  await lab.fault({ kind: 'fail-operation', targetContains: 'instanceGroupManagers', code: 'INTERNAL_ERROR' });
  await lab.fault({ kind: 'fail-request', method: 'POST', pathContains: 'instanceTemplates', status: 503, count: 2 });
  await lab.fault({
    kind: 'fail-request',
    method: 'POST',
    pathContains: 'instanceGroupManagers',
    status: 403,
    reason: 'rateLimitExceeded',
    message: 'Rate Limit Exceeded',
    count: 1,
  });
  expect(await runOperation(api, [create()])).toMatchObject({ status: { failed: false } });
});

test('of two deploys to one cluster the second waits, says for whom, and takes the next name', async () => {
  const { clouddriver } = await prepare({ latencyMs: 250 });
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  const submit = (key: string) => api.submit({ params: { provider: 'gce' }, query: {}, body: [create()] }, { key });
  const [first, second] = await Promise.all([submit('a'), submit('b')]);
  const done = [await ended(api, first?.id ?? ''), await ended(api, second?.id ?? '')];
  const names = done.map((operation) => JSON.stringify(operation.resultObjects[0]?.['serverGroupNames']));
  expect(names.toSorted()).toEqual(['["us-central1:hello-v000"]', '["us-central1:hello-v001"]']);
  const waited = done.flatMap((operation) => operation.history.filter((line) => line.phase === 'LOCK'));
  expect(waited).toMatchObject([{ status: expect.stringMatching(/Waiting for operation \w+, which changes hello/) }]);
  expect(await api.listLocks()).toEqual([]);
});

test('a stage holds its lock over several operations; another holder and a stale epoch are refused', async () => {
  const { clouddriver } = await prepare();
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  const lock = (holder: string) =>
    api.acquireLock({
      params: { account: 'local-gce', cluster: 'hello' },
      query: { region: 'us-central1' },
      body: { holder, reason: 'a test', ttlMs: 30_000 },
    });
  const release = (holder: string) =>
    api.releaseLock({ params: { account: 'local-gce', cluster: 'hello' }, query: { holder, region: 'us-central1' } });
  const mine = await lock('me');
  expect(mine).toMatchObject({ acquired: true, epoch: 1 });
  expect(await lock('b')).toMatchObject({ acquired: false, holder: 'me', reason: 'a test', ahead: 0 });
  expect(await lock('c')).toMatchObject({ acquired: false, ahead: 1 });
  const locks = () => api.listApplicationLocks({ params: { application: 'hello' } });
  const [seen] = await locks();
  expect(seen).toMatchObject({ cluster: 'hello', holder: 'me', reason: 'a test', epoch: 1 });
  expect(seen?.waiting.map(({ holder }) => holder)).toEqual(['b', 'c']);
  await lock('me');
  expect((await locks())[0]?.since).toBe(seen?.since);
  expect(await api.listApplicationLocks({ params: { application: 'other' } })).toEqual([]);
  const claim = { clusterLock: { holder: 'me', epoch: mine.epoch } };
  expect(await runOperation(api, [create(claim)])).toMatchObject({ status: { failed: false } });
  expect(await runOperation(api, [create(claim)])).toMatchObject({ status: { failed: false } });
  await release('me');
  await expect(api.submit({ params: { provider: 'gce' }, query: {}, body: [create(claim)] })).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining('does not hold the lock'),
  });
  // In the order of arrival.
  expect(await lock('c')).toMatchObject({ acquired: false, holder: 'b' });
  expect(await lock('b')).toMatchObject({ acquired: true, epoch: 2 });
  await expect(api.submit({ params: { provider: 'gce' }, query: {}, body: [create(claim)] })).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining('is being changed by b'),
  });
  // What the newer holder makes is safe from the older one, whose claim is not the current one any more.
  await runOperation(api, [create({ clusterLock: { holder: 'b', epoch: 2 } })]);
  const destroy = { destroyServerGroup: { ...at, serverGroupName: 'hello-v002', ...claim } };
  await expect(api.submit({ params: { provider: 'gce' }, query: {}, body: [destroy] })).rejects.toMatchObject({
    status: 409,
  });
  expect((await api.listServerGroups({ params: { application: 'hello' } })).map(({ name }) => name)).toContain(
    'hello-v002',
  );
});

test('an ended operation and a freed lock wake the stages that wait', async () => {
  const woken: string[] = [];
  const orca = createServer((request, answer) => {
    request.resume().on('end', () => {
      woken.push(`${request.method} ${request.url}`);
      answer.writeHead(202).end();
    });
  });
  orca.listen(0, '127.0.0.1');
  await once(orca, 'listening');
  cleanUps.push(() => orca.close());
  const { clouddriver } = await prepare({}, `http://127.0.0.1:${(orca.address() as AddressInfo).port}`);
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  const lock = (holder: string) =>
    api.acquireLock({
      params: { account: 'local-gce', cluster: 'hello' },
      query: { region: 'us-central1' },
      body: { holder, reason: 'a test', ttlMs: 30_000, wake: { executionId: 'E', stageId: holder } },
    });
  await lock('first');
  await lock('second');
  await api.releaseLock({
    params: { account: 'local-gce', cluster: 'hello' },
    query: { holder: 'first', region: 'us-central1' },
  });
  await until(() => woken.includes('POST /pipelines/E/stages/second/wake'));
  const { id } = await api.submit({
    params: { provider: 'gce' },
    query: { executionId: 'E', stageId: 'S' },
    body: [balancer],
  });
  await ended(api, id);
  await until(() => woken.includes('POST /pipelines/E/stages/S/wake'));
});

test('a cloud that does not answer leaves a stale view, not an empty one', async () => {
  const { lab, clouddriver } = await prepare();
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  await runOperation(api, [create()]);
  const seen = new AbortController();
  await lab.fault({
    kind: 'fail-request',
    method: 'GET',
    status: 403,
    reason: 'forbidden',
    message: 'No.',
    count: 500,
  });
  const read = () => api.listServerGroups({ params: { application: 'hello' } });
  await until(async () => (await read())[0]?.stale === true);
  expect(await read()).toMatchObject([{ name: 'hello-v000', stale: true }]);
  await lab.fault({ kind: 'clear' });
  await until(async () => (await read())[0]?.stale === undefined, 25_000);
  seen.abort();
});
