import type { TaskContext } from '@gennaker/extension-sdk/stage';
import { describe, expect, it } from 'vitest';
import { waitSchema, type WaitContext } from './schema.ts';
import wait from './stage.ts';

const [task] = wait.tasks({ id: 's', refId: '1', type: 'wait', name: 'wait', context: {}, outputs: {} }, {} as never);
const run = (settings: object, elapsedMs: number) =>
  task?.run({ context: waitSchema.parse(settings), now: 1_000 + elapsedMs, taskStartTime: 1_000 } as Partial<
    TaskContext<WaitContext>
  > as never);

describe('wait', () => {
  it('parses its examples, and texts as numbers', () => {
    for (const example of wait.examples) expect(() => waitSchema.parse(example)).not.toThrow();
    expect(waitSchema.parse({ waitTime: '7', other: 1 })).toMatchObject({ waitTime: 7, other: 1 });
    expect(() => waitSchema.parse({ waitTime: '${open}' })).toThrow();
  });
  it('waits for exactly the rest of its time, and says until when', async () => {
    expect(await run({ waitTime: 10 }, 4_000)).toMatchObject({
      status: 'RUNNING',
      wakeAfterMs: 6_000,
      reason: { summary: 'Waits until 1970-01-01T00:00:11.000Z' },
    });
    expect(await run({ waitTime: 10 }, 10_000)).toMatchObject({ status: 'SUCCEEDED' });
  });
  it('ends when the rest is skipped', async () => {
    expect(await run({ waitTime: 10, skipRemainingWait: true }, 0)).toMatchObject({ status: 'SUCCEEDED' });
  });
});
