import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Client } from '@gennaker/contracts/route';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { startLab, type TestClouddriver, testClouddriver, type TestLab, until } from '../lab.fixture.ts';

// Processes are started and killed again and again, and each takes an operation over when the lease of the last ran out.
vi.setConfig({ testTimeout: 480_000, hookTimeout: 90_000 });

type Api = Client<typeof clouddriverApi>;
type Process = Awaited<ReturnType<TestClouddriver['process']>>;

let lab: TestLab;
let clouddriver: TestClouddriver;
const processes = new Map<number, Process>();

beforeAll(async () => {
  lab = await startLab({ latencyMs: 60 });
  clouddriver = await testClouddriver(lab);
});
afterAll(async () => {
  for (const one of processes.values()) await one.kill();
  await clouddriver.close();
  await lab.close();
});

/** Two processes: one that works, and one that takes over. */
async function standBy(): Promise<Api> {
  while (processes.size < 2) {
    const started = await clouddriver.process();
    processes.set(started.child.pid ?? 0, started);
  }
  const [first] = processes.values();
  if (!first) throw new Error('No process runs.');
  return first.api;
}

/** How far an operation's journal has come, and which process has it. */
async function progressOf(id: string): Promise<{ writes: number; pid: number; ended: boolean }> {
  const { rows } = await clouddriver.database.db.pool.query<{ writes: number; owner: string | null; ended: boolean }>(
    `select coalesce(sum(case state when 'started' then 1 when 'done' then 2 else 3 end), 0)::int as writes,
       max(o.owner) as owner, bool_or(o.ended_at is not null) as ended
     from clouddriver.operations o left join clouddriver.steps s on s.operation_id = o.id where o.id = $1`,
    [id],
  );
  const [row] = rows;
  return { writes: row?.writes ?? 0, pid: Number(row?.owner?.split(':')[1] ?? 0), ended: row?.ended ?? false };
}

/** Runs an operation whose process is killed after each write of its journal; answers how often that was. */
async function killed(operation: Record<string, Record<string, unknown>>, key: string): Promise<number> {
  let api = await standBy();
  const { id } = await api.submit({ params: { provider: 'gce' }, query: {}, body: [operation] }, { key });
  let kills = 0;
  for (let known = 0; ;) {
    let now = await progressOf(id);
    await until(async () => {
      now = await progressOf(id);
      return now.ended || (now.writes > known && processes.has(now.pid));
    }, 60_000);
    if (now.ended) break;
    known = now.writes;
    await processes.get(now.pid)?.kill();
    processes.delete(now.pid);
    kills++;
    api = await standBy();
    // The same key is the same operation, whoever is asked.
    const again = await api.submit({ params: { provider: 'gce' }, query: {}, body: [operation] }, { key });
    expect(again.id).toBe(id);
  }
  const done = await api.getOperation({ params: { id } });
  expect(done.reason).toBeUndefined();
  expect(done.status).toMatchObject({ completed: true, failed: false });
  return kills;
}

/** Changes that the cloud carried out more than once. */
function twice(): string[] {
  const seen = new Set<string>();
  return Object.values(lab.cloud.lab.store.state.operations).flatMap(({ document }) => {
    const change = `${document.operationType} ${document.targetLink}`;
    const known = seen.has(change);
    seen.add(change);
    return known ? [change] : [];
  });
}

const at = { credentials: 'local-gce', region: 'us-central1' };
const groups = 'regions/us-central1/instanceGroupManagers';

test('killed after every write of the journal, operations are finished by others: nothing twice, nothing left', async () => {
  await killed({ upsertLoadBalancer: { ...at, loadBalancerName: 'hello-lb', loadBalancerType: 'TCP' } }, 'balancer');
  const before = await lab.names('global/instanceTemplates');
  const create = {
    ...at,
    application: 'hello',
    image: 'hello-1',
    capacity: { min: 1, max: 2, desired: 1 },
    loadBalancers: ['hello-lb'],
    autoscalingPolicy: { cpuUtilization: { utilizationTarget: 0.6 } },
  };
  expect(await killed({ createServerGroup: create }, 'create')).toBeGreaterThan(3);
  expect(await lab.names(groups)).toEqual(['hello-v000']);
  expect(await lab.names('regions/us-central1/autoscalers')).toEqual(['hello-v000']);
  expect(await lab.names('global/instanceTemplates')).toHaveLength(before.length + 1);
  expect(twice()).toEqual([]);

  const update = { ...at, serverGroupName: 'hello-v000', instanceType: 'e2-medium' };
  expect(await killed({ updateLaunchConfig: update }, 'update')).toBeGreaterThan(2);
  expect(await lab.names('global/instanceTemplates')).toHaveLength(before.length + 1);
  expect(twice()).toEqual([]);

  expect(await killed({ destroyServerGroup: { ...at, serverGroupName: 'hello-v000' } }, 'destroy')).toBeGreaterThan(2);
  expect(await lab.names(groups)).toEqual([]);
  expect(await lab.names('regions/us-central1/autoscalers')).toEqual([]);
  expect(await lab.names('global/instanceTemplates')).toEqual(before);
  // The backend service was changed on the way in and on the way out; all else happened once.
  expect(twice().filter((change) => !change.includes('/backendServices/'))).toEqual([]);
});
