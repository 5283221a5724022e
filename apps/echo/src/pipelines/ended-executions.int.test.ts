import type { ExecutionEvent, ExecutionView } from '@gennaker/contracts/execution';
import { notFound } from '@gennaker/contracts/error';
import { inTransaction } from '@gennaker/store/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEcho, type Echo } from '../echo.ts';
import { makeWorld, until, type World } from '../echo.fixture.ts';
import { endedExecutions } from './ended-executions.ts';

let world: World;
let echo: Echo;
let executions: ExecutionView[];
beforeEach(async () => {
  world = await makeWorld();
  echo = createEcho(world.parts());
  executions = [];
});
afterEach(async () => {
  await echo.close();
  await world.end();
});

const execution = (id: string, more: Partial<ExecutionView> = {}): ExecutionView => ({
  type: 'PIPELINE',
  id,
  application: 'shop',
  name: 'Build',
  pipelineConfigId: 'build',
  status: 'SUCCEEDED',
  buildTime: 1,
  canceled: false,
  trigger: { type: 'manual', dryRun: true },
  stages: [],
  ...more,
});
const end = (executionId: string, sequence: number, status = 'SUCCEEDED'): ExecutionEvent => ({
  cursor: `${sequence}`,
  executionId,
  application: 'shop',
  pipelineConfigId: 'build',
  sequence,
  type: 'ExecutionCompleted',
  at: Date.now(),
  data: { status },
});

function listener() {
  return endedExecutions(echo, {
    getExecution: async ({ params }) => {
      const found = executions.find(({ id }) => id === params.id);
      if (!found) throw notFound('no such execution');
      return found;
    },
  });
}

async function tell(told: ReturnType<typeof listener>, event: ExecutionEvent): Promise<boolean> {
  const write = await told.take(event);
  if (!write) return false;
  await inTransaction(world.database.db, write);
  told.committed?.();
  return true;
}

const after = (pipeline: string, status: string[]) => ({
  triggers: [{ type: 'pipeline', enabled: true, application: 'shop', pipeline, status }],
  parameterConfig: [{ name: 'version', default: '1' }],
});

describe('the end of an execution', () => {
  it('starts the pipelines that wait for it, once for each end, with its artifacts and their default parameters', async () => {
    world.addPipeline('deploy', after('build', ['successful']));
    world.addPipeline('clean-up', after('build', ['failed', 'canceled']));
    executions.push(
      execution('e1', {
        stages: [
          { id: 's', refId: '1', type: 'bake', name: 'Bake', status: 'SUCCEEDED', context: {}, tasks: [] } as never,
        ].map((stage: ExecutionView['stages'][number]) => ({ ...stage, outputs: { artifacts: [{ name: 'shop' }] } })),
      }),
    );
    const told = listener();
    expect(await tell(told, end('e1', 7))).toBe(true);
    expect(await tell(told, end('e1', 7))).toBe(true);
    await until(() => world.started.length === 1);
    expect(world.started[0]).toMatchObject({
      pipeline: 'deploy',
      trigger: {
        type: 'pipeline',
        parentExecutionId: 'e1',
        parentPipelineId: 'build',
        parentPipelineName: 'Build',
        parameters: { version: '1' },
        artifacts: [{ name: 'shop' }],
        dryRun: true,
        user: 'anonymous',
      },
    });
    // A stage was restarted, and it ended again, in another way.
    expect(await tell(told, end('e1', 19, 'CANCELED'))).toBe(true);
    await until(() => world.started.length === 2);
    expect(world.started[1]?.pipeline).toBe('clean-up');
  });

  it('leaves no trace when nobody waits for it, and is seen by a trigger that was saved just before', async () => {
    world.addPipeline('other', after('something-else', ['successful']));
    executions.push(execution('e1'), execution('e2'));
    const told = listener();
    expect(await tell(told, end('e1', 1))).toBe(false);
    world.addPipeline('deploy', after('build', ['successful']));
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await tell(told, end('e2', 1))).toBe(true);
    await until(() => world.started.length === 1);
  });

  it('of an execution that was removed since starts nothing', async () => {
    world.addPipeline('deploy', after('build', ['successful']));
    expect(await tell(listener(), end('gone', 1))).toBe(false);
  });

  it('waits while front50 does not answer', async () => {
    world.front50Up = false;
    await expect(listener().take(end('e1', 1))).rejects.toThrow('front50 could not be asked');
  });
});
