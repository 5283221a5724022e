import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startLab, type TestClouddriver, testClouddriver, type TestLab, until } from '../lab.fixture.ts';

// Processes are started, and one waits for the lease of another to run out.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

type Process = Awaited<ReturnType<TestClouddriver['process']>>;

let lab: TestLab;
let clouddriver: TestClouddriver;
const processes = new Map<number, Process>();

beforeAll(async () => {
  lab = await startLab({ latencyMs: 60 });
  clouddriver = await testClouddriver(lab);
  for (const one of await Promise.all([clouddriver.process(), clouddriver.process()]))
    processes.set(one.child.pid ?? 0, one);
});
afterAll(async () => {
  for (const one of processes.values()) await one.kill();
  await clouddriver.close();
  await lab.close();
});

/** How many steps of an operation are done, and which process has it. */
async function progressOf(id: string): Promise<{ done: number; pid: number }> {
  const { rows } = await clouddriver.database.db.pool.query<{ done: number; owner: string | null }>(
    `select count(s.*) filter (where s.state = 'done')::int as done, max(o.owner) as owner
     from clouddriver.operations o left join clouddriver.steps s on s.operation_id = o.id where o.id = $1`,
    [id],
  );
  return { done: rows[0]?.done ?? 0, pid: Number(rows[0]?.owner?.split(':')[1] ?? 0) };
}

/** Changes that the cloud carried out more than once. */
function twice(): string[] {
  const changes = Object.values(lab.cloud.lab.store.state.operations).map(
    ({ document }) => `${document.operationType} ${document.targetLink}`,
  );
  return changes.filter((change, index) => changes.indexOf(change) !== index);
}

// Deaths at every write and in every change: conformance-on-processes.int.test.ts.
test('whoever dies in the middle of an operation is followed by another process: nothing twice, nothing left', async () => {
  const at = { credentials: 'local-gce', region: 'us-central1' };
  const policy = { cpuUtilization: { utilizationTarget: 0.6 } };
  const capacity = { min: 1, max: 2, desired: 1 };
  const body = [
    { createServerGroup: { ...at, application: 'hello', image: 'hello-1', capacity, autoscalingPolicy: policy } },
  ];
  const [first] = processes.values();
  const { id } = (await first?.api.submit({ params: { provider: 'gce' }, query: {}, body }, { key: 'create' })) ?? {};
  let now = { done: 0, pid: 0 };
  await until(async () => {
    now = await progressOf(id ?? '');
    return now.done >= 3 && processes.has(now.pid);
  });
  await processes.get(now.pid)?.kill();
  processes.delete(now.pid);

  const [{ api }] = [...processes.values()] as [Process];
  // The same key is the same operation, whoever is asked.
  expect((await api.submit({ params: { provider: 'gce' }, query: {}, body }, { key: 'create' })).id).toBe(id);
  await until(async () => (await api.getOperation({ params: { id: id ?? '' } })).status.completed, 60_000);
  expect(await api.getOperation({ params: { id: id ?? '' } })).toMatchObject({ status: { failed: false } });
  expect(await lab.names('regions/us-central1/instanceGroupManagers')).toEqual(['hello-v000']);
  expect(await lab.names('regions/us-central1/autoscalers')).toEqual(['hello-v000']);
  expect(await lab.names('global/instanceTemplates')).toHaveLength(1);
  expect(twice()).toEqual([]);
});
