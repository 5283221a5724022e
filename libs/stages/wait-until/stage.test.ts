import { describe, expect, it } from 'vitest';
import { waitUntilSchema } from './schema.ts';
import stage from './stage.ts';

const run = (settings: object, now: number) =>
  stage.tasks({} as never, {} as never)[0]?.run({
    context: waitUntilSchema.parse(settings),
    now,
    stage: { startTime: 3 },
  } as never);

describe('wait until', () => {
  it('wakes exactly at its moment, given as number or text', async () => {
    expect(await run({ epochMillis: '1000' }, 400)).toMatchObject({ status: 'RUNNING', wakeAfterMs: 600, exact: true });
    expect(await run({ epochMillis: 1000 }, 1000)).toMatchObject({ status: 'SUCCEEDED', context: { startTime: 3 } });
  });
  it('goes on at once when the moment is over or the rest is skipped', async () => {
    expect(await run({ epochMillis: 1 }, 400)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run({ epochMillis: 900, skipRemainingWait: true }, 4)).toMatchObject({ status: 'SUCCEEDED' });
  });
  it('takes no text that is no number', () => {
    expect(() => waitUntilSchema.parse({ epochMillis: '${open}' })).toThrow();
  });
});
