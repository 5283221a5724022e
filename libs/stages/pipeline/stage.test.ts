import { ServiceError } from '@gennaker/contracts/error';
import { describe, expect, it } from 'vitest';
import { pipelineStageSchema } from './schema.ts';
import pipeline from './stage.ts';

type Json = Record<string, unknown>;
const stored = {
  id: 'p1',
  name: 'Child',
  application: 'hello',
  stages: [{ type: 'wait' }],
  parameterConfig: [
    { name: 'version', required: true },
    { name: 'size', default: 'small' },
  ],
};

function world(parts: { pipelines?: Json[]; execution?: Json; running?: Json[] } = {}) {
  const calls: { name: string; args: Json; options: Json }[] = [];
  const pipelines = parts.pipelines ?? [stored];
  const found = (name: string, test: (one: Json) => boolean) => async () => {
    const one = pipelines.find(test);
    if (!one) throw new ServiceError(404, `no ${name}`);
    return one;
  };
  const record = (name: string, answer: unknown) => async (args: Json, options: Json) => {
    calls.push({ name, args, options });
    return answer;
  };
  return {
    calls,
    ports: {
      front50: {
        getPipeline: ({ params }: { params: { id: string } }) => found('id', (one) => one['id'] === params.id)(),
        getPipelineByName: ({ params }: { params: { name: string } }) =>
          found('name', (one) => one['name'] === params.name)(),
      },
      orca: {
        orchestrate: record('orchestrate', { ref: '/pipelines/C1' }),
        getExecution: record('getExecution', parts.execution),
        listForApplication: record('list', parts.running ?? []),
        cancel: record('cancel', undefined),
      },
    },
  };
}
const task = (name: string, context: Json = {}) =>
  pipeline.tasks({ context } as never, {} as never).find((one) => one.name === name);
const contextOf = (context: Json, ports: unknown) =>
  ({
    application: 'hello',
    executionId: 'E1',
    pipeline: 'Parent',
    pipelineConfigId: 'p0',
    user: 'ann',
    identity: { user: 'ann' },
    trigger: { type: 'manual', artifacts: [{ name: 'given' }] },
    ancestorOutputs: (key: string) => (key === 'artifacts' ? [[{ name: 'made' }], [{ name: 'given' }]] : []),
    key: 'E1:S1:1:1',
    traceparent: '',
    stage: { id: 'S1', name: 'Run child' },
    context: pipelineStageSchema.parse(context),
    ports,
  }) as never;
const start = async (context: Json, parts = world()) => ({
  result: await task('startPipeline')?.run(contextOf(context, parts.ports)),
  calls: parts.calls,
});
const monitor = (execution: Json, context: Json = {}) =>
  task('monitorPipeline')?.run(contextOf({ executionId: 'C1', ...context }, world({ execution }).ports));

describe('pipeline', () => {
  it('starts its child once per key, on behalf of its user, with defaults for parameters', async () => {
    const { result, calls } = await start({ pipeline: 'p1', pipelineParameters: { version: 2 } });
    expect(result).toMatchObject({ status: 'SUCCEEDED', context: { executionId: 'C1', executionName: 'Child' } });
    expect(calls[0]).toMatchObject({
      args: {
        body: {
          id: 'p1',
          stages: [{ type: 'wait' }],
          trigger: {
            type: 'pipeline',
            user: 'ann',
            correlationId: 'E1:S1:1:1',
            parentExecutionId: 'E1',
            parentPipelineStageId: 'S1',
            parameters: { version: 2, size: 'small' },
          },
        },
      },
      options: { key: 'E1:S1:1:1', identity: { user: 'ann' } },
    });
  });
  it('hands its artifacts on, and what the child’s own trigger expects of them', async () => {
    const triggers = [
      { type: 'pipeline', pipeline: 'p0', expectedArtifactIds: ['a'] },
      { type: 'pipeline', pipeline: 'other', expectedArtifactIds: ['b'] },
    ];
    const parts = world({ pipelines: [{ ...stored, triggers }] });
    const { calls } = await start({ pipeline: 'p1', pipelineParameters: { version: 2 } }, parts);
    expect(calls[0]?.args['body']).toMatchObject({
      receivedArtifacts: [{ name: 'made' }, { name: 'given' }],
      trigger: { expectedArtifactIds: ['a'] },
    });
  });
  it('takes a name, and the words of strategies', async () => {
    const given = { pipelineParameters: { version: 1 } };
    expect((await start({ pipeline: 'Child', ...given })).calls).toHaveLength(1);
    expect((await start({ pipelineApplication: 'hello', pipelineId: 'p1', ...given })).calls).toHaveLength(1);
  });
  it.each<[Json, Json[], RegExp]>([
    [{ pipeline: 'none' }, [stored], /no pipeline "none"/],
    [{}, [stored], /names no pipeline/],
    [{ pipeline: 'p1' }, [{ ...stored, disabled: true }], /disabled/],
    [{ pipeline: 'p1' }, [stored], /version/],
  ])('refuses %j clearly', async (context, pipelines, message) => {
    const parts = world({ pipelines });
    await expect(start(context, parts)).rejects.toThrow(message);
    expect(parts.calls).toEqual([]);
  });
  it('starts nothing where an execution is given', async () => {
    expect((await start({ executionId: 'C7' })).calls).toEqual([]);
  });
  it('waits for the end only where that is wanted', () => {
    expect(task('monitorPipeline', { waitForCompletion: false })).toBeUndefined();
    expect(task('monitorPipeline', { waitForCompletion: 'false' })).toBeUndefined();
    expect(task('monitorPipeline')).toBeDefined();
  });
  const child = (status: string, stages: Json[] = []) => ({ id: 'C1', name: 'Child', status, stages });
  it('waits while the child goes on, saying where it is', async () => {
    expect(await monitor(child('RUNNING', [{ name: 'Bake', status: 'RUNNING' }]))).toMatchObject({
      status: 'RUNNING',
      wakeAfterMs: 15_000,
      reason: { summary: 'Waits for "Child", which is RUNNING at "Bake"' },
    });
  });
  it('hands the outputs of the child on, unless they are to stay there', async () => {
    const done = child('SUCCEEDED', [{ outputs: { a: 1, b: 1 } }, { outputs: { b: 2 } }]);
    expect(await monitor(done)).toMatchObject({ status: 'SUCCEEDED', outputs: { a: 1, b: 2 } });
    expect((await monitor(done, { skipDownstreamOutput: true }))?.outputs).toEqual({});
  });
  it('fails with the error of the stage that failed, and where it is', async () => {
    const failed = child('TERMINAL', [
      { id: 'x', name: 'Bake', status: 'SUCCEEDED', context: {}, outputs: {} },
      { id: 'y', name: 'Deploy', status: 'TERMINAL', context: {}, outputs: {} },
      {
        id: 'z',
        parentStageId: 'y',
        name: 'Make',
        status: 'TERMINAL',
        context: { exception: { details: { errors: ['quota'] } } },
        outputs: {},
      },
    ]);
    expect(await monitor(failed)).toMatchObject({
      status: 'TERMINAL',
      context: {
        status: 'TERMINAL',
        exception: {
          details: { errors: ['Exception in child pipeline stage (Child: Make): quota'] },
          source: { executionId: 'C1', stageId: 'y', stageName: 'Deploy', stageIndex: 1 },
        },
      },
    });
  });
  it('fails when the child was cancelled', async () => {
    expect(await monitor({ ...child('CANCELED'), canceledBy: 'bob' })).toMatchObject({
      status: 'TERMINAL',
      reason: { summary: expect.stringContaining('cancelled by bob') },
    });
  });
  it('cancels its child with itself, also one whose start was not answered yet', async () => {
    const parts = world({
      running: [
        { id: 'C1', trigger: { correlationId: 'E1:S1:1:1', parentExecutionId: 'E1' } },
        { id: 'C2', trigger: { correlationId: 'other', parentExecutionId: 'E1' } },
      ],
    });
    await task('startPipeline')?.onCancel?.(contextOf({ pipeline: 'p1' }, parts.ports));
    await task('monitorPipeline')?.onCancel?.(contextOf({ executionId: 'C3' }, parts.ports));
    const cancelled = parts.calls.filter(({ name }) => name === 'cancel').map(({ args }) => args['params']);
    expect(cancelled).toEqual([{ id: 'C1' }, { id: 'C3' }]);
  });
  it('restarted, runs its child anew, or watches the one that was restarted itself', () => {
    const context = { pipeline: 'p1', executionId: 'C1', executionName: 'Child', status: 'TERMINAL' };
    const again = (more: Json) => pipeline.prepareForRestart?.({ context: { ...context, ...more } } as never)?.context;
    expect(again({})).toEqual({ pipeline: 'p1' });
    expect(again({ _skipPipelineRestart: true })).toEqual({
      pipeline: 'p1',
      executionId: 'C1',
      executionName: 'Child',
    });
  });
});
