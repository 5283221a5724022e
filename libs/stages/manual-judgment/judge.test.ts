import { namedOnly } from '@gennaker/contracts/people';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import { manualJudgmentSchema } from './schema.ts';
import judgment from './stage.ts';

type Json = Record<string, unknown>;
const stage = (context: Json) => ({
  id: 's',
  refId: '1',
  type: 'manualJudgment',
  name: 'Ask',
  context,
  outputs: {},
});
const person = (user: string, roles: string[] = [], admin = false) => ({ ...namedOnly(user), roles, admin });
const answer = (context: Json, sent: Json, by = person('ann')) =>
  judge(stage(context), sent, { by, starter: 'sam', now: 7 });
const run = (context: Json, now = 0) =>
  judgment.tasks(stage(context), {} as never)[0]?.run({
    context: manualJudgmentSchema.parse(context),
    application: 'hello',
    taskStartTime: 0,
    now,
  } as never);
const yes = { judgmentStatus: 'continue' };

describe('who may judge', () => {
  const roles = { selectedStageRoles: ['release'] };
  it('is a member of one of its roles, or an administrator; others are refused, and it goes on waiting', () => {
    expect(() => answer(roles, yes)).toThrow(
      expect.objectContaining({ status: 403, message: expect.stringContaining('release') }),
    );
    expect(answer(roles, yes, person('bob', ['x', 'release']))).toMatchObject({ judgmentStatus: 'continue' });
    expect(answer(roles, yes, person('root', [], true))).toMatchObject({ lastModifiedBy: 'root' });
    expect(() => answer({ requiredJudgmentRoles: ['ops'] }, { judgmentStatus: 'stop' })).toThrow(/ops/);
    expect(() => answer(roles, { manualSkip: true })).toThrow(/release/);
  });
  it('is not the starter where that is switched off; to stop is open to everybody', () => {
    const settings = { allowSelfApproval: false };
    expect(() => answer(settings, yes, person('sam'))).toThrow(expect.objectContaining({ status: 403 }));
    expect(answer(settings, { judgmentStatus: 'stop' }, person('sam'))).toMatchObject({ judgmentStatus: 'stop' });
    expect(answer({}, yes, person('sam'))).toMatchObject({ judgmentStatus: 'continue' });
  });
  it.each([
    [{ approvals: [{ user: 'x', at: 1 }] }],
    [{ requiredApprovals: 0 }],
    [{ selectedStageRoles: [] }],
    [{ allowSelfApproval: true, ...yes }],
    [{ judgedByDeadline: 'continue' }],
  ])('does not change the rules: %j is refused', (sent) => {
    expect(() => answer({}, sent)).toThrow(expect.objectContaining({ status: 400 }));
  });
  it('is the caller, whatever the answer claims', () => {
    expect(answer({}, { ...yes, lastModifiedBy: 'eve' })).toMatchObject({ lastModifiedBy: 'ann' });
  });
});

describe('several approvals', () => {
  it('are counted by person; the last one lets it go on, and one more is refused', () => {
    const first = answer({ requiredApprovals: 2 }, { ...yes, judgmentComment: 'fine' });
    expect(first).toEqual({ approvals: [{ user: 'ann', at: 7, comment: 'fine' }] });
    const half = { requiredApprovals: 2, ...first };
    expect(() => answer(half, yes)).toThrow(expect.objectContaining({ status: 409 }));
    const second = answer(half, yes, person('bob'));
    expect(second).toMatchObject({ judgmentStatus: 'continue', lastModifiedBy: 'bob' });
    expect(() => answer({ ...half, ...second }, yes, person('cid'))).toThrow(expect.objectContaining({ status: 409 }));
    expect(answer({ ...half, ...second }, yes, person('bob'))).toEqual({});
  });
  it('go on exactly when enough different people approved, and stop at the first who stops', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ who: fc.constantFrom('a', 'b', 'c', 'd', 'e'), stop: fc.boolean() }), { maxLength: 12 }),
        (requiredApprovals, answers) => {
          let context: Json = { requiredApprovals };
          const approved = new Set<string>();
          let ended: string | undefined;
          for (const { who, stop } of answers) {
            try {
              context = { ...context, ...answer(context, { judgmentStatus: stop ? 'stop' : 'continue' }, person(who)) };
            } catch (error) {
              expect(error).toMatchObject({ status: 409 });
            }
            if (ended !== undefined) continue;
            if (stop) ended = 'stop';
            else if (approved.add(who).size >= requiredApprovals) ended = 'continue';
          }
          expect(context['judgmentStatus']).toBe(ended);
        },
      ),
    );
  });
  it('are named while it waits', async () => {
    const result = await run({ requiredApprovals: 2, approvals: [{ user: 'ann', at: 1 }] });
    expect(result?.reason?.summary).toContain('1 of 2 have (ann)');
  });
});

describe('comments, deadlines and reminders', () => {
  it('asks for a comment where one is wanted', () => {
    expect(() => answer({ requireComment: true }, yes)).toThrow(expect.objectContaining({ status: 400 }));
    expect(answer({ requireComment: true }, { ...yes, judgmentComment: 'ok' })).toMatchObject({
      judgmentComment: 'ok',
    });
  });
  it.each<[Json, number]>([
    [{ judgmentTimeoutMs: 5_000 }, 5_000],
    [{ deadline: 2 }, 120_000],
    [{ deadline: '3' }, 180_000],
    [{ deadline: '1970-01-01T01:00:00Z' }, 3_600_000],
  ])('%j: wakes exactly at the deadline, and means what the pipeline says then', async (settings, at) => {
    expect(await run(settings)).toMatchObject({ status: 'RUNNING', wakeAfterMs: at, exact: true });
    expect(await run(settings, at)).toMatchObject({
      status: 'TERMINAL',
      reason: { summary: expect.stringContaining('Nobody answered by') },
    });
    expect(await run({ ...settings, onDeadline: 'continue' }, at)).toMatchObject({ status: 'SUCCEEDED' });
  });
  it('gives up by its own timeout only where it has no deadline', () => {
    expect(judgment.tasks(stage({}), {} as never)[0]?.timeoutMs).toBeGreaterThan(0);
    expect(judgment.tasks(stage({ deadline: 9 }), {} as never)[0]?.timeoutMs).toBeUndefined();
  });
  it('notes when it reminded, and counts', async () => {
    const settings: Json = {
      sendNotifications: true,
      notifications: [{ type: 'slack', when: ['manualJudgment'], notifyEveryMs: 60_000 }, { when: ['other'] }],
    };
    const first = await run(settings, 0);
    expect(first).toMatchObject({
      wakeAfterMs: 60_000,
      context: { reminders: 0, notifications: [{ lastNotifiedByNotificationState: { manualJudgment: 0 } }, {}] },
    });
    expect((await run({ ...settings, ...first?.context }, 30_000))?.context).toBeUndefined();
    expect((await run({ ...settings, ...first?.context }, 60_000))?.context).toMatchObject({ reminders: 1 });
  });
  it('forgets the answer when it is restarted', () => {
    const kept = judgment.prepareForRestart?.({
      ...stage({ ...yes, approvals: [1], lastModifiedBy: 'a', instructions: 'look' }),
      outputs: { judgmentInput: 'a', other: 1 },
    });
    expect(kept).toEqual({ context: { instructions: 'look' }, outputs: { other: 1 } });
  });
});
