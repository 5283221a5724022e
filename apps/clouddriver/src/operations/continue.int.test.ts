import { afterEach, expect, test, vi } from 'vitest';
import { ended, runOperation, startLab, testClouddriver } from '../lab.fixture.ts';

// Real processes and sockets on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const cleanUps: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const create = {
  createServerGroup: {
    credentials: 'local-gce',
    region: 'us-central1',
    application: 'hello',
    image: 'hello-1',
    targetSize: 1,
  },
};
const groups = 'regions/us-central1/instanceGroupManagers';
const templates = 'global/instanceTemplates';

/** A creation whose group cannot be made, and whose template cannot be deleted again. */
async function halfDone() {
  const lab = await startLab();
  cleanUps.push(() => lab.close());
  const clouddriver = await testClouddriver(lab);
  cleanUps.push(() => clouddriver.close());
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  const refused = { kind: 'fail-operation', code: 'PERMISSIONS_ERROR', message: 'Required permission is missing.' };
  await lab.fault({ ...refused, targetContains: 'instanceGroupManagers', operationType: 'insert' });
  await lab.fault({ ...refused, targetContains: 'instanceTemplates', operationType: 'delete' });
  const failed = await runOperation(api, [create]);
  expect(failed).toMatchObject({
    status: { failed: true, retryable: true },
    leftovers: [{ step: 'template', message: expect.stringContaining('Required permission is missing.') }],
    reason: { next: expect.stringContaining('could not be undone: template') },
  });
  expect(await lab.names(templates)).toHaveLength(1);
  return { lab, api, id: failed.id };
}

test('what a failure left behind is finished by a retry, under the same names', async () => {
  const { lab, api, id } = await halfDone();
  await api.retryOperation({ params: { id } });
  const done = await ended(api, id);
  expect(done.reason).toBeUndefined();
  expect(done).toMatchObject({ id, status: { failed: false }, resultObjects: [{ type: 'DeploymentResult' }] });
  expect(await lab.names(groups)).toEqual(['hello-v000']);
  expect(await lab.names(templates)).toHaveLength(1);
  await expect(api.retryOperation({ params: { id } })).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining('it succeeded'),
  });
});

test('what was done before the operation that failed is told, and is not done again by a retry', async () => {
  const lab = await startLab();
  cleanUps.push(() => lab.close());
  const clouddriver = await testClouddriver(lab);
  cleanUps.push(() => clouddriver.close());
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  await lab.fault({ kind: 'fail-operation', code: 'QUOTA_EXCEEDED', message: 'Too many.', operationType: 'resize' });
  const size = { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-v000', targetSize: 2 };
  const { id, reason } = await runOperation(api, [create, { resizeServerGroup: size }]);
  expect(reason).toMatchObject({
    next: expect.stringContaining('This is done and cannot be undone: createServerGroup is done. Retry to do the rest'),
    evidence: { stays: ['createServerGroup is done'] },
  });
  await api.retryOperation({ params: { id } });
  expect(await ended(api, id)).toMatchObject({ status: { failed: false } });
  expect(await lab.names(groups)).toEqual(['hello-v000']);
});

test('what is done and cannot be undone is not done again by a retry: only the machine that failed is restarted', async () => {
  const lab = await startLab();
  cleanUps.push(() => lab.close());
  const clouddriver = await testClouddriver(lab);
  cleanUps.push(() => clouddriver.close());
  const { api, stop } = await clouddriver.here();
  cleanUps.push(stop);
  const two = { createServerGroup: { ...create.createServerGroup, targetSize: 2 } };
  expect((await runOperation(api, [two])).status).toMatchObject({ failed: false });
  const machines = Object.values(lab.cloud.lab.store.state.managed).map(({ instance }) =>
    String(instance.split('/').at(-1)),
  );
  const [failing = '', fine = ''] = machines;
  await lab.fault({
    kind: 'fail-operation',
    code: 'PERMISSIONS_ERROR',
    message: 'Required permission is missing.',
    operationType: 'reset',
    targetContains: failing,
  });
  const at = { credentials: 'local-gce', region: 'us-central1' };
  const { id, reason } = await runOperation(api, [{ rebootInstances: { ...at, instanceIds: machines } }]);
  expect(reason).toMatchObject({ evidence: { stays: [`${fine} is restarted`] } });
  await api.retryOperation({ params: { id } });
  expect(await ended(api, id)).toMatchObject({ status: { failed: false } });
  const restarts = Object.values(lab.cloud.lab.store.state.operations)
    .filter(({ document }) => document.operationType === 'reset')
    .map(({ document }) => document.targetLink?.split('/').at(-1));
  expect(restarts.toSorted()).toEqual([failing, failing, fine].toSorted());
});

test('what a failure left behind is taken back by an undo; the first failure stays its reason', async () => {
  const { lab, api, id } = await halfDone();
  await api.undoOperation({ params: { id } });
  const undone = await ended(api, id);
  expect(undone).toMatchObject({
    status: { failed: true },
    reason: { summary: expect.stringContaining('Required permission is missing.') },
  });
  expect(undone['leftovers']).toBeUndefined();
  expect(await lab.names(templates)).toEqual([]);
  await expect(api.undoOperation({ params: { id } })).rejects.toMatchObject({ status: 409 });
  // Everything is gone: a retry begins afresh.
  await api.retryOperation({ params: { id } });
  expect(await ended(api, id)).toMatchObject({ status: { failed: false } });
  expect(await lab.names(groups)).toEqual(['hello-v000']);
});
