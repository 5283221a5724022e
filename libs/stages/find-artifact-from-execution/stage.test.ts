import { expect, it } from 'vitest';
import { findArtifactFromExecutionSchema } from './schema.ts';
import stage from './stage.ts';

type Json = Record<string, unknown>;
const image = (version: string) => ({ type: 'docker/image', name: 'shop', version });
const execution = {
  id: 'E7',
  trigger: { artifacts: [image('1')] },
  stages: [{ outputs: { artifacts: [image('2')] } }, { outputs: {} }],
};

/** Runs the stage where the pipeline "Build" had these executions; answers the result and what was asked of orca. */
async function run(context: Json, found: Json[]) {
  const asked: Json[] = [];
  const result = await stage.tasks({ context } as never, {} as never)[0]?.run({
    application: 'shop',
    executionId: 'E9',
    context: findArtifactFromExecutionSchema.parse({ pipeline: 'Build', ...context }),
    ports: {
      front50: { getPipeline: async () => ({ id: 'p1', name: 'Build', application: 'shop' }) },
      orca: {
        listExecutions: async ({ query }: { query: Json }) => (asked.push(query), found),
        getExecution: async ({ params }: { params: Json }) => ({ ...execution, ...params }),
      },
    },
  } as never);
  return { result, asked };
}

const expectedArtifacts = [{ id: 'img', matchArtifact: { name: 'shop' } }];

it('binds what it expects to the artifacts of the newest execution, those of its stages first', async () => {
  const { result, asked } = await run({ expectedArtifacts }, [{ id: 'E9' }, { id: 'E7' }]);
  expect(asked).toEqual([{ pipelineConfigIds: 'p1', limit: 2, statuses: 'SUCCEEDED' }]);
  expect(result).toMatchObject({
    status: 'SUCCEEDED',
    outputs: { resolvedExpectedArtifacts: [{ id: 'img', boundArtifact: image('2') }] },
    reason: { summary: expect.stringContaining('execution E7 of "Build"') },
  });
});

it('looks at the executions that it is told to, and says when there is none', async () => {
  const options = { successful: false, terminal: true, running: 'true' };
  const { result, asked } = await run({ executionOptions: options, expectedArtifacts }, []);
  expect(asked[0]?.['statuses']).toBe('TERMINAL,STOPPED,FAILED_CONTINUE,RUNNING,PAUSED,NOT_STARTED');
  expect(result).toMatchObject({
    status: 'TERMINAL',
    reason: { summary: expect.stringContaining('has no execution') },
  });
});

it('fails when that execution has no such artifact', async () => {
  const { result } = await run({ expectedArtifacts: [{ id: 'x', matchArtifact: { name: 'cart' } }] }, [{ id: 'E7' }]);
  expect(result).toMatchObject({ status: 'TERMINAL', reason: { summary: expect.stringContaining('not "cart"') } });
});
