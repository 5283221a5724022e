import type { ExecutionView } from '@gennaker/contracts/execution';
import { type AnyStageDefinition, defineStage } from '@gennaker/extension-sdk/stage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openStores, over, start, startOrca, type Stores, type TestOrca, until } from '../orca.fixture.ts';

/** While false, stages of type `gate` fail. */
let open = false;
const gate: AnyStageDefinition = defineStage({
  type: 'gate',
  label: 'Gate',
  description: 'Fails while it is shut',
  schema: z.looseObject({}),
  examples: [{}],
  tasks: () => [
    {
      name: 'pass',
      run: () =>
        Promise.resolve(
          open
            ? { status: 'SUCCEEDED', outputs: { passed: true } }
            : { status: 'TERMINAL', reason: { summary: 'the gate is shut' } },
        ),
    },
  ],
});

const pipelines = [
  { id: 'quick', name: 'Quick', application: 'app', stages: [{ type: 'wait', waitTime: 0 }] },
  { id: 'long', name: 'Long', application: 'app', stages: [{ type: 'wait', waitTime: 600 }] },
  {
    id: 'gated',
    name: 'Gated',
    application: 'app',
    stages: [
      { type: 'gate', name: 'Gate', refId: '1', requisiteStageRefIds: [] },
      { type: 'wait', name: 'After', waitTime: 0, refId: '2', requisiteStageRefIds: ['1'] },
    ],
  },
  {
    id: 'curious',
    name: 'Curious',
    application: 'app',
    stages: [
      {
        type: 'wait',
        waitTime: 0,
        parent: '${trigger.parentExecution.name}',
        passed: "${trigger.parentExecution.stages.?[name == 'First'][0].outputs.passed}",
        version: '${execution.trigger.parentExecution.trigger.parameters.version}',
      },
    ],
  },
];
const child = (pipeline: string, more: Record<string, unknown> = {}) => ({ type: 'pipeline', pipeline, ...more });

let stores: Stores;
const running: TestOrca[] = [];
const orca = async (): Promise<TestOrca> => {
  const started = await startOrca(stores, { definitions: [gate], pipelines });
  running.push(started);
  return started;
};
const childOf = (execution: ExecutionView): string => String(execution.stages[0]?.context['executionId']);
const stageId = (execution: ExecutionView, name: string): string =>
  execution.stages.find((stage) => stage.name === name)?.id ?? '';

beforeEach(async () => {
  open = false;
  stores = await openStores();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await stores.drop();
});

describe('a pipeline that runs another', () => {
  it('goes on at once when that ends, whichever orca ended it', async () => {
    const [a] = [await orca(), await orca()];
    const lags: number[] = [];
    for (let n = 0; n < 5; n++) {
      const parent = await until(a.client, await start(a.client, [child('quick')]), over);
      expect(parent.status).toBe('SUCCEEDED');
      const ended = await a.client.getExecution({ params: { id: childOf(parent) } });
      expect(ended).toMatchObject({ rootId: parent.id, trigger: { type: 'pipeline' } });
      lags.push((parent.stages[0]?.endTime ?? Number.NaN) - (ended.endTime ?? 0));
    }
    // Its own look comes after 15 seconds.
    expect(Math.min(...lags)).toBeLessThan(200);
    expect(Math.max(...lags)).toBeLessThan(10_000);
  });

  it('cancels it when it is cancelled itself, and says so there', async () => {
    const { client } = await orca();
    const id = await start(client, [child('long', { name: 'Run it' })], { name: 'Outer' });
    const waiting = await until(client, id, (one) => one.stages[0]?.context['executionId'] !== undefined);
    await client.cancel({ params: { id }, query: {} });
    const ended = await until(client, childOf(waiting), over);
    expect(ended).toMatchObject({ status: 'CANCELED', cancellationReason: expect.stringContaining('"Run it"') });
    expect((await until(client, id, over)).status).toBe('CANCELED');
  });

  it('is seen whole by the expressions of that one', async () => {
    open = true;
    const { client } = await orca();
    const first = { type: 'gate', name: 'First', refId: '1', requisiteStageRefIds: [] };
    const second = child('curious', { name: 'Second', refId: '2', requisiteStageRefIds: ['1'] });
    const trigger = { type: 'manual', parameters: { version: 'v7' } };
    const parent = await until(client, await start(client, [first, second], { name: 'Outer', trigger }), over);
    const id = String(parent.stages[1]?.context['executionId']);
    const ended = await client.getExecution({ params: { id } });
    expect(ended.stages[0]?.context).toMatchObject({ parent: 'Outer', passed: true, version: 'v7' });
    const asked = { expression: '${trigger.parentExecution.stages[0].outputs.passed}' };
    expect(await client.evaluateExpression({ params: { id }, query: asked })).toEqual({ result: true });
    const listed = await client.listExecutions({ query: { executionIds: id } });
    expect(listed[0]).toMatchObject({ rootId: parent.id });
    // What is stored, and so listed, keeps its parent by reference.
    expect(listed[0]?.trigger['parentExecution']).not.toHaveProperty('stages');
  });
});

describe('a failure in a pipeline that another ran', () => {
  const failed = async (client: TestOrca['client']): Promise<{ parent: ExecutionView; inner: ExecutionView }> => {
    const after = { type: 'wait', name: 'Then', waitTime: 0, refId: '2', requisiteStageRefIds: ['1'] };
    const id = await start(client, [child('gated', { refId: '1', requisiteStageRefIds: [] }), after]);
    const parent = await until(client, id, over);
    const inner = await client.getExecution({ params: { id: childOf(parent) } });
    expect([parent.status, inner.status]).toEqual(['TERMINAL', 'TERMINAL']);
    return { parent, inner };
  };
  const succeeded = (execution: ExecutionView): boolean => execution.status === 'SUCCEEDED';

  it('is told at its root', async () => {
    const { client } = await orca();
    const { parent, inner } = await failed(client);
    expect(await client.failedStages({ query: { executionId: parent.id } })).toMatchObject([
      { executionId: inner.id, stageName: 'Gate', errors: ['the gate is shut'] },
    ]);
  });

  it('run again there, makes the one that had ended go on and follow it, without another child', async () => {
    const { client } = await orca();
    const { parent, inner } = await failed(client);
    open = true;
    await client.restartStage({ params: { id: inner.id, stageId: stageId(inner, 'Gate') }, body: {} });
    expect((await until(client, inner.id, succeeded)).status).toBe('SUCCEEDED');
    const again = await until(client, parent.id, succeeded);
    expect(childOf(again)).toBe(inner.id);
    expect(again.stages.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    const all = await client.listForApplication({ params: { application: 'app' }, query: {} });
    expect(all.map(({ id }) => id).toSorted()).toEqual([parent.id, inner.id].toSorted());
  });

  it('does not touch one that did not wait for it', async () => {
    const { client } = await orca();
    const parent = await until(client, await start(client, [child('gated', { waitForCompletion: false })]), over);
    const inner = await until(client, childOf(parent), over);
    open = true;
    await client.restartStage({ params: { id: inner.id, stageId: stageId(inner, 'Gate') }, body: {} });
    await until(client, inner.id, succeeded);
    expect((await client.getExecution({ params: { id: parent.id } })).version).toBe(parent.version);
  });

  it('ignored there, lets both go on', async () => {
    const { client } = await orca();
    const { parent, inner } = await failed(client);
    const ignored = await client.ignoreFailure({
      params: { id: inner.id, stageId: stageId(inner, 'Gate') },
      body: { reason: 'known' },
    });
    expect(ignored.stages[0]).toMatchObject({ name: 'Gate', status: 'FAILED_CONTINUE' });
    const done = await until(client, inner.id, succeeded);
    expect(done.stages.map(({ status }) => status)).toEqual(['FAILED_CONTINUE', 'SUCCEEDED']);
    expect((await until(client, parent.id, succeeded)).stages[1]).toMatchObject({ name: 'Then', status: 'SUCCEEDED' });
    await expect(
      client.ignoreFailure({ params: { id: inner.id, stageId: stageId(inner, 'After') }, body: {} }),
    ).rejects.toMatchObject({ status: 409 });
  });

  it('refuses the child of a chain that has become too long, and records nothing that could go on with it', async () => {
    const { client } = await orca();
    const wait = [{ type: 'wait', waitTime: 0 }];
    const parent = await start(client, wait, { trigger: { type: 'pipeline', generation: 49 } });
    const last = await start(client, wait, { trigger: { type: 'pipeline', parentExecutionId: parent } });
    await until(client, last, over);
    const next = { executionId: 'too-far', trigger: { type: 'pipeline', parentExecutionId: last } };
    await expect(start(client, wait, next)).rejects.toThrow('50 executions have started one another in a row');
    await expect(client.getExecution({ params: { id: 'too-far' } })).rejects.toMatchObject({ status: 404 });
  });
});
