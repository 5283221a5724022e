import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStores, over, start, startOrca, type Stores, type TestOrca, until } from './orca.fixture.ts';

let stores: Stores;
let orca: TestOrca;

beforeEach(async () => {
  stores = await openStores();
  orca = await startOrca(stores, {
    pipelines: [
      {
        id: 'child',
        name: 'Child',
        application: 'app',
        parameterConfig: [{ name: 'size', default: 2 }],
        stages: [
          {
            type: 'evaluateVariables',
            name: 'Compute',
            refId: '1',
            variables: [
              { key: 'twice', value: '${ parameters.size * 2 }' },
              { key: 'said', value: 'it is ${twice}' },
            ],
          },
        ],
      },
      {
        id: 'broken',
        name: 'Broken',
        application: 'app',
        stages: [
          {
            type: 'checkPreconditions',
            name: 'Check',
            refId: '1',
            preconditions: [
              { type: 'expression', context: { expression: '1 == 2', failureMessage: 'one is not two' } },
            ],
          },
        ],
      },
      { id: 'slow', name: 'Slow', application: 'app', stages: [{ type: 'wait', waitTime: 600 }] },
    ],
  });
});
afterEach(async () => {
  await orca.stop();
  await stores.drop();
});
const stageOf = async (id: string) => (await orca.client.getExecution({ params: { id } })).stages[0];
const childOf = async (id: string): Promise<string> => {
  const execution = await until(orca.client, id, ({ stages }) => stages[0]?.context['executionId'] !== undefined);
  return String(execution.stages[0]?.context['executionId']);
};

describe('a stage that runs a pipeline', () => {
  it('hands parameters in and outputs on, and later stages read them', async () => {
    const id = await start(orca.client, [
      {
        refId: '1',
        type: 'pipeline',
        name: 'Run',
        application: 'app',
        pipeline: 'child',
        pipelineParameters: { size: 4 },
      },
      {
        refId: '2',
        requisiteStageRefIds: ['1'],
        type: 'evaluateVariables',
        name: 'Read',
        variables: [{ key: 'heard', value: '${said}!' }],
      },
    ]);
    const ended = await until(orca.client, id, over);
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.stages[1]?.outputs).toEqual({ heard: 'it is 8!' });
    const child = await orca.client.getExecution({ params: { id: await childOf(id) } });
    expect(child.trigger).toMatchObject({ type: 'pipeline', parentExecutionId: id, parameters: { size: 4 } });
  });

  it('fails with the reason of the stage that failed there', async () => {
    const id = await start(orca.client, [{ type: 'pipeline', name: 'Run', application: 'app', pipeline: 'broken' }]);
    expect((await until(orca.client, id, over)).status).toBe('TERMINAL');
    expect(await stageOf(id)).toMatchObject({
      reason: { summary: expect.stringContaining('one is not two') },
      context: { exception: { source: { stageName: 'Check', stageIndex: 0 } } },
    });
  });

  it('cancels its child with itself', async () => {
    const id = await start(orca.client, [{ type: 'pipeline', name: 'Run', application: 'app', pipeline: 'slow' }]);
    const child = await childOf(id);
    await until(orca.client, child, ({ status }) => status === 'RUNNING');
    await orca.client.cancel({ params: { id }, query: {} });
    expect((await until(orca.client, child, over)).status).toBe('CANCELED');
  });

  it('runs several in the order of their dependencies', async () => {
    const id = await start(orca.client, [
      {
        type: 'runMultiplePipelines',
        name: 'All',
        yamlConfig: 'b: {childPipeline: child, dependencies: [a]}\na: {childPipeline: child, arguments: {size: 1}}',
      },
    ]);
    const ended = await until(orca.client, id, over);
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.stages[0]?.outputs).toMatchObject({ childOutputs: { a: { twice: 2 }, b: { twice: 4 } } });
  });
});

it('a judgment that two people have to give goes on with the second, and refuses a third', async () => {
  const id = await start(orca.client, [{ type: 'manualJudgment', name: 'Ask', requiredApprovals: 2 }]);
  const waiting = await until(orca.client, id, ({ stages }) => stages[0]?.reason !== undefined);
  const stageId = String(waiting.stages[0]?.id);
  const approve = (user: string) =>
    orca.client.patchStage(
      { params: { id, stageId }, body: { judgmentStatus: 'continue' } },
      { headers: { 'x-spinnaker-user': user } },
    );
  await approve('ann');
  expect((await stageOf(id))?.status).toBe('RUNNING');
  await expect(approve('ann')).rejects.toMatchObject({ status: 409 });
  await approve('bob');
  expect((await until(orca.client, id, over)).status).toBe('SUCCEEDED');
  await expect(approve('cid')).rejects.toMatchObject({ status: 409 });
});

it('a stage whose window is closed waits for it, and goes on when a person lets it', async () => {
  const hour = (new Date().getUTCHours() + 3) % 24;
  const id = await start(orca.client, [
    {
      type: 'wait',
      name: 'Late',
      waitTime: 0,
      restrictExecutionDuringTimeWindow: true,
      restrictedExecutionWindow: { whitelist: [{ startHour: hour, endHour: hour, endMin: 1 }], timezone: 'UTC' },
    },
  ]);
  const waiting = await until(orca.client, id, ({ stages }) =>
    stages.some(({ type, reason }) => type === 'restrictExecutionDuringTimeWindow' && reason !== undefined),
  );
  const window = waiting.stages.find(({ type }) => type === 'restrictExecutionDuringTimeWindow');
  expect(window?.reason?.summary).toMatch(/opens .* \(UTC\)/);
  await orca.client.patchStage({ params: { id, stageId: String(window?.id) }, body: { skipRemainingWait: true } });
  expect((await until(orca.client, id, over)).status).toBe('SUCCEEDED');
});

it('large artifacts are kept by their hash: expressions and their application read them, until the last execution goes', async () => {
  const large = 'line of a manifest\n'.repeat(200);
  const given = Buffer.from(JSON.stringify({ kind: 'Deployment', text: large })).toString('base64');
  const trigger = { type: 'manual', artifacts: [{ type: 'embedded/map/base64', name: 'given', reference: given }] };
  const stages = [
    {
      refId: '1',
      type: 'evaluateArtifacts',
      name: 'Make',
      artifactContents: [
        { name: 'large', contents: large },
        { name: 'small', contents: 'few' },
      ],
    },
    {
      refId: '2',
      requisiteStageRefIds: ['1'],
      type: 'evaluateVariables',
      name: 'Read',
      variables: [
        { key: 'made', value: '${#fromBase64(#resolvedArtifacts()[0].reference)}' },
        { key: 'kind', value: '${trigger.artifacts[0].kind}' },
      ],
    },
  ];
  const id = await start(orca.client, stages, { trigger });
  const ended = await until(orca.client, id, over);
  expect(ended.status).toBe('SUCCEEDED');
  expect(ended.stages[1]?.outputs).toEqual({ made: large, kind: 'Deployment' });
  const [made, small] = (ended.stages[0]?.outputs['artifacts'] ?? []) as { type: string; reference: string }[];
  expect(small).toMatchObject({ type: 'embedded/base64', name: 'small' });
  expect(made).toMatchObject({ type: 'remote/base64', name: 'large' });
  const [, hash = ''] = /^ref:\/\/app\/([0-9a-f]{64})$/.exec(String(made?.reference)) ?? [];
  const read = (application: string) => orca.client.getStoredArtifact({ params: { application, hash } });
  expect(await read('app')).toEqual({ reference: Buffer.from(large).toString('base64') });
  await expect(read('other')).rejects.toMatchObject({ status: 404 });
  await orca.client.deleteExecution({ params: { id } });
  await expect(read('app')).rejects.toMatchObject({ status: 404 });
});
