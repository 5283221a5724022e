import { describe, expect, it } from 'vitest';
import { dependsOnExecutionSchema } from './schema.ts';
import stage from './stage.ts';

describe('depends on execution', () => {
  it.each([
    ['RUNNING', 'RUNNING'],
    ['NOT_STARTED', 'RUNNING'],
    ['SUCCEEDED', 'SUCCEEDED'],
    ['TERMINAL', 'CANCELED'],
    ['CANCELED', 'CANCELED'],
  ])('while the other is %s, it is %s', async (status, expected) => {
    const result = await stage.tasks({} as never, {} as never)[0]?.run({
      context: dependsOnExecutionSchema.parse({ executionType: 'pipeline', executionId: 'X' }),
      ports: { orca: { getExecution: async () => ({ name: 'Other', status }) } },
    } as never);
    expect(result?.status).toBe(expected);
    expect(result?.reason?.summary).toContain('"Other"');
  });
});
