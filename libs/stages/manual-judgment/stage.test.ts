import { namedOnly } from '@gennaker/contracts/people';
import { describe, expect, it } from 'vitest';
import { manualJudgmentSchema } from './schema.ts';
import judgment from './stage.ts';

const stage = (context: Record<string, unknown>) => ({
  id: 's',
  refId: '1',
  type: 'manualJudgment',
  name: 'Ask',
  context,
  outputs: {},
});
const run = (context: Record<string, unknown>) =>
  judgment.tasks(stage(context), {} as never)[0]?.run({
    context: manualJudgmentSchema.parse(context),
    application: 'hello',
  } as never);
const patch = (context: Record<string, unknown>, sent: Record<string, unknown>) =>
  judgment.onPatch?.(stage(context), sent, { by: namedOnly('ann'), starter: 'bob', now: 0 });

describe('manual judgment', () => {
  it('waits without polling, naming who is waited for and the choices', async () => {
    const result = await run({ judgmentInputs: [{ value: 'a' }, 'b'], instructions: 'look' });
    expect(result).toMatchObject({
      status: 'RUNNING',
      reason: {
        summary: 'Waiting for a member of hello to approve',
        evidence: { choices: ['a', 'b'], instructions: 'look' },
      },
    });
    expect(result?.wakeAfterMs).toBeUndefined();
  });
  it('goes on or stops as it was judged, saying by whom', async () => {
    expect(await run({ judgmentStatus: 'continue', judgmentInput: 'a', lastModifiedBy: 'ann' })).toMatchObject({
      status: 'SUCCEEDED',
      outputs: { judgmentInput: 'a' },
      reason: { summary: 'Approved by ann (a)' },
    });
    expect(await run({ judgmentStatus: 'STOP' })).toMatchObject({ status: 'TERMINAL' });
  });
  it('takes a judgment and the judge', () => {
    expect(patch({}, { judgmentStatus: 'continue' })).toEqual({
      judgmentStatus: 'continue',
      lastModifiedBy: 'ann',
      approvals: [{ user: 'ann', at: 0 }],
    });
    expect(patch({ judgmentInputs: ['a'] }, { judgmentStatus: 'continue', judgmentInput: 'a' })).toMatchObject({
      judgmentInput: 'a',
    });
    expect(patch({ judgmentInputs: ['a'] }, { judgmentStatus: 'stop' })).toMatchObject({ judgmentStatus: 'stop' });
    expect(patch({}, { comment: 'x' })).toEqual({ comment: 'x' });
  });
  it.each([
    [{}, { judgmentStatus: 'perhaps' }, /continue/],
    [{ judgmentInputs: ['a', 'b'] }, { judgmentStatus: 'continue' }, /needs a choice/],
    [{ judgmentInputs: ['a', 'b'] }, { judgmentStatus: 'continue', judgmentInput: 'c' }, /no choice/],
    [{ judgmentStatus: 'stop' }, { judgmentStatus: 'continue' }, /already judged/],
  ])('with %j refuses %j', (context, sent, message) => {
    expect(() => patch(context, sent)).toThrow(message);
  });
});
