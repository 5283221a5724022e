import { describe, expect, it } from 'vitest';
import { monitorPipelineSchema } from './schema.ts';
import stage from './stage.ts';

const run = (statuses: Record<string, string>, monitorBehavior: string) =>
  stage.tasks({} as never, {} as never)[0]?.run({
    context: monitorPipelineSchema.parse({ executionIds: Object.keys(statuses), monitorBehavior }),
    stage: { name: 'Watch' },
    ports: {
      orca: {
        getExecution: async ({ params }: { params: { id: string } }) => ({
          id: params.id,
          name: params.id,
          status: statuses[params.id],
          stages: [],
        }),
      },
    },
  } as never);

describe('monitor pipelines', () => {
  it.each([
    [{ a: 'SUCCEEDED', b: 'SUCCEEDED' }, 'FailFast', 'SUCCEEDED'],
    [{ a: 'SUCCEEDED', b: 'RUNNING' }, 'FailFast', 'RUNNING'],
    [{ a: 'TERMINAL', b: 'RUNNING' }, 'FailFast', 'TERMINAL'],
    [{ a: 'TERMINAL', b: 'RUNNING' }, 'WaitForAllToComplete', 'RUNNING'],
    [{ a: 'CANCELED', b: 'SUCCEEDED' }, 'WaitForAllToComplete', 'TERMINAL'],
  ])('%j with %s is %s', async (statuses, behavior, status) => {
    const result = await run(statuses, behavior);
    expect(result?.status).toBe(status);
    expect(result?.outputs?.['executionStatuses']).toMatchObject({ a: { status: statuses.a } });
  });
  it('refuses to watch nothing', async () => {
    await expect(run({}, 'FailFast')).rejects.toThrow(/names no execution/);
  });
});
