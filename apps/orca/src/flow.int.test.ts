import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStores, over, start, startOrca, type Stores, type TestOrca, until } from './orca.fixture.ts';

let stores: Stores;
const running: TestOrca[] = [];
const orca = async (): Promise<TestOrca> => {
  const started = await startOrca(stores);
  running.push(started);
  return started;
};

beforeEach(async () => {
  stores = await openStores();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await stores.drop();
});

const one = { id: 'config', limitConcurrent: true, keepWaitingPipelines: true };

describe('a pipeline with a limit, on two orcas', () => {
  it('never runs two executions at once, and loses none', async () => {
    const orcas = [await orca(), await orca()];
    const ids = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const { client } = orcas[n % 2] ?? (await orca());
        return start(client, [{ type: 'wait', waitTime: 0 }], one);
      }),
    );
    const { client } = orcas[0] ?? (await orca());
    const ended = await Promise.all(ids.map((id) => until(client, id, over)));
    expect(ended.map((execution) => execution.status)).toEqual(ids.map(() => 'SUCCEEDED'));
    const spans = ended
      .map((execution) => ({ from: execution.startTime ?? 0, to: execution.endTime ?? 0 }))
      .toSorted((a, b) => a.from - b.from);
    for (const [n, span] of spans.entries()) expect(span.from).toBeGreaterThanOrEqual(spans[n - 1]?.to ?? 0);
  });

  it('cancels all that wait but the newest unless they are kept, and says why', async () => {
    const { client } = await orca();
    const how = { id: 'config', limitConcurrent: true };
    const first = await start(client, [{ type: 'wait', waitTime: 600 }], how);
    const second = await start(client, [{ type: 'wait', waitTime: 0 }], how);
    const third = await start(client, [{ type: 'wait', waitTime: 0 }], how);
    expect((await client.getExecution({ params: { id: second } })).reason).toMatchObject({
      summary: expect.stringContaining('Waits for its turn'),
      evidence: { running: [first] },
    });
    await client.cancel({ params: { id: first }, query: {} });
    expect(await until(client, third, over)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await until(client, second, over)).toMatchObject({
      status: 'CANCELED',
      canceledBy: 'system',
      cancellationReason: `superseded by ${third}`,
    });
  });

  it('forgets one that is cancelled while it waits', async () => {
    const { client } = await orca();
    const first = await start(client, [{ type: 'wait', waitTime: 600 }], one);
    const second = await start(client, [{ type: 'wait', waitTime: 0 }], one);
    const third = await start(client, [{ type: 'wait', waitTime: 0 }], one);
    await client.cancel({ params: { id: second }, query: {} });
    expect((await until(client, second, over)).status).toBe('CANCELED');
    await client.cancel({ params: { id: first }, query: {} });
    expect((await until(client, third, over)).status).toBe('SUCCEEDED');
  });
});

it('an execution of a correlation id runs once at a time, whoever starts it', async () => {
  const [a, b] = [await orca(), await orca()];
  const trigger = { type: 'manual', correlationId: 'once' };
  const stages = [{ type: 'wait', waitTime: 600 }];
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, n) => start((n % 2 ? a : b).client, stages, { trigger })),
  );
  expect(new Set(ids).size).toBe(1);
  const [id = ''] = ids;
  await a.client.cancel({ params: { id }, query: {} });
  await until(a.client, id, over);
  expect(await start(b.client, [{ type: 'wait', waitTime: 0 }], { trigger })).not.toBe(id);
});

describe('an execution that has ended', () => {
  it('runs again from a stage, through its queue', async () => {
    const { client } = await orca();
    const id = await start(
      client,
      [
        { type: 'wait', waitTime: 0 },
        { type: 'wait', waitTime: 0 },
      ],
      one,
    );
    const done = await until(client, id, over);
    const blocker = await start(client, [{ type: 'wait', waitTime: 600 }], one);
    const stageId = done.stages[1]?.id ?? '';
    const again = await client.restartStage({ params: { id, stageId }, body: {} });
    expect(again).toMatchObject({ status: 'NOT_STARTED', reason: { summary: expect.stringContaining('Waits') } });
    await client.cancel({ params: { id: blocker }, query: {} });
    const twice = await until(client, id, over);
    expect(twice.status).toBe('SUCCEEDED');
    expect(twice.stages[0]?.endTime).toBe(done.stages[0]?.endTime);
    expect(twice.stages[1]?.context['restartDetails']).toMatchObject({ restartedBy: 'anonymous' });
  });

  it('is removed, but not while it runs', async () => {
    const { client } = await orca();
    const id = await start(client, [{ type: 'wait', waitTime: 600 }]);
    await expect(client.deleteExecution({ params: { id } })).rejects.toMatchObject({ status: 409 });
    await client.cancel({ params: { id }, query: {} });
    await until(client, id, over);
    await client.deleteExecution({ params: { id } });
    await expect(client.getExecution({ params: { id } })).rejects.toMatchObject({ status: 404 });
  });
});

it('a start that fails, or is said to have failed, is in the history with its reason', async () => {
  const { client } = await orca();
  const body = { application: 'app', name: 'p', id: 'c', disabled: true, stages: [{ type: 'wait', waitTime: 0 }] };
  await expect(client.orchestrate({ body })).rejects.toMatchObject({ status: 400 });
  await client.fail({ body: { ...body, errorMessage: 'no such template' } });
  const found = await client.searchExecutions({ params: { application: 'app' }, query: { reverse: 'true' } });
  expect(found.map(({ status, canceledBy, cancellationReason }) => [status, canceledBy, cancellationReason])).toEqual([
    ['TERMINAL', 'system', 'Failed on startup: The pipeline "p" is disabled'],
    ['TERMINAL', 'system', 'Failed on startup: no such template'],
  ]);
});

it('a parent is kept by reference, shown in full, and executions are found by their triggers', async () => {
  const { client } = await orca();
  const parent = await start(client, [{ type: 'wait', waitTime: 0 }]);
  const whole = await until(client, parent, over);
  const trigger = { type: 'pipeline', parentExecution: { ...whole }, parentPipelineStageId: whole.stages[0]?.id };
  const child = await start(client, [{ type: 'wait', waitTime: 0 }], { trigger });
  const view = await until(client, child, over);
  expect(view).toMatchObject({ rootId: parent, trigger: { parentExecution: { id: parent, status: 'SUCCEEDED' } } });
  const wanted = Buffer.from(JSON.stringify({ parentExecution: { id: parent } })).toString('base64');
  const found = await client.searchExecutions({ params: { application: 'app' }, query: { trigger: wanted } });
  expect(found.map((execution) => execution.id)).toEqual([child]);
});

it('lists the executions of some pipelines, by name and by how many', async () => {
  const { client } = await orca();
  for (const name of ['Deploy', 'Deploy late', 'Bake'])
    await start(client, [{ type: 'wait', waitTime: 0 }], { id: name, name });
  const list = async (query: { pipelineNameFilter?: string; pipelineLimit?: number }): Promise<string[]> =>
    (await client.listForApplication({ params: { application: 'app' }, query })).map(({ name }) => name).toSorted();
  expect(await list({ pipelineNameFilter: 'deploy' })).toEqual(['Deploy', 'Deploy late']);
  expect(await list({ pipelineLimit: 1 })).toEqual(['Bake']);
});

it('tells how the engine is', async () => {
  const { client } = await orca();
  await start(client, [{ type: 'wait', waitTime: 600 }], one);
  await start(client, [{ type: 'wait', waitTime: 0 }], one);
  expect(await client.engineHealth()).toMatchObject({ executions: { queued: 1 }, setAside: 0 });
});
