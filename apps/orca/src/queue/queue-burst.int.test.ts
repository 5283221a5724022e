import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStores, over, probe, start, startOrca, type Stores, type TestOrca, until } from '../orca.fixture.ts';

const STARTS = 1_000;

let stores: Stores;
let orcas: TestOrca[];
const log: { key: string; run: number }[] = [];

beforeEach(async () => {
  stores = await openStores();
  orcas = await Promise.all(['a', 'b'].map((instance) => startOrca(stores, { definitions: [probe(log)], instance })));
});
afterEach(async () => {
  await Promise.all(orcas.map((one) => one.stop()));
  await stores.drop();
});

it('a thousand simultaneous starts on two orcas run one after another in the order of their acceptance, and none is lost', async () => {
  const [a, b] = orcas;
  if (!a || !b) throw new Error('two orcas are needed');
  const how = { id: 'config', limitConcurrent: true, keepWaitingPipelines: true };
  const began = Date.now();
  const blocker = await start(a.client, [{ type: 'wait', waitTime: 600 }], how);
  const ids = await Promise.all(
    Array.from({ length: STARTS }, (_, n) => start((n % 2 ? a : b).client, [{ type: 'probe' }], how)),
  );
  const places = await a.db.pool.query<{ execution_id: string }>(
    'select execution_id from orca.queue_places order by place',
  );
  const line = places.rows.map((row) => row.execution_id);
  expect(line.toSorted()).toEqual(ids.toSorted());
  await a.client.cancel({ params: { id: blocker }, query: {} });
  await until(b.client, line.at(-1) ?? '', over, 120_000);
  const took = Date.now() - began;

  const { rows } = await a.db.pool.query<{ id: string; status: string; start_time: string; end_time: string }>(
    "select id, status, start_time, end_time from orca.executions where status <> 'CANCELED'",
  );
  expect(rows.map(({ status }) => status)).toEqual(ids.map(() => 'SUCCEEDED'));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const times = line.map((id) => ({ from: Number(byId.get(id)?.start_time), to: Number(byId.get(id)?.end_time) }));
  for (const [n, { from }] of times.entries()) expect(from).toBeGreaterThanOrEqual(times[n - 1]?.to ?? 0);
  // Each stage ran once, in the order of the line.
  expect(log.map(({ key }) => key.split(':')[0])).toEqual(line);
  expect(took).toBeLessThan(60_000);
}, 180_000);
