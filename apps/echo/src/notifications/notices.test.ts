import type { ExecutionEvent, ExecutionView } from '@gennaker/contracts/execution';
import { describe, expect, it } from 'vitest';
import { eventOf, executionOf } from './execution.fixture.ts';
import { anybodyWants, type CommonNotifications, hasOwnNotifications, noticesOf } from './notices.ts';

const NOBODY: CommonNotifications = { global: [], application: [] };
const of = (address: string, ...when: string[]) => ({ type: 'slack', address, when });

/** `level address event` of each notice. */
function told(event: ExecutionEvent, execution: ExecutionView, common = NOBODY): string[] {
  return noticesOf(event, execution, common).map(
    ({ level, event: name, notification }) => `${level} ${notification.address} ${name}`,
  );
}

describe('of an execution', () => {
  const execution = executionOf({ notifications: [of('#own', 'pipeline.starting', 'pipeline.failed')] });
  const common = {
    global: [of('#all', 'pipeline.complete', 'pipeline.failed')],
    application: [of('#shop', 'pipeline.complete')],
  };

  it('its own, its application’s and all settings are told of its start and its end, each of what it asked for', () => {
    expect(told(eventOf('ExecutionStarted'), execution, common)).toEqual(['pipeline #own pipeline.starting']);
    expect(told(eventOf('ExecutionCompleted', { status: 'SUCCEEDED' }), execution, common)).toEqual([
      'application #shop pipeline.complete',
      'global #all pipeline.complete',
    ]);
    expect(told(eventOf('ExecutionCompleted', { status: 'TERMINAL' }), execution, common)).toEqual([
      'pipeline #own pipeline.failed',
      'global #all pipeline.failed',
    ]);
  });

  it('that was cancelled nobody is told', () => {
    expect(told(eventOf('ExecutionCompleted', { status: 'CANCELED' }), execution, common)).toEqual([]);
  });

  it('stages do not make the pipeline’s notifications speak, nor those without a when', () => {
    const all = executionOf({ notifications: [of('#own', 'stage.failed'), { type: 'slack', address: '#never' }] });
    expect(told(eventOf('StageCompleted', { stageId: 'S1', status: 'TERMINAL' }), all)).toEqual([]);
    expect(told(eventOf('ExecutionStarted'), all)).toEqual([]);
  });

  it('what is no notification is nobody’s', () => {
    const odd = executionOf({
      notifications: ['x', null, { when: ['pipeline.starting'] }, of('#own', 'pipeline.starting')],
    });
    expect(told(eventOf('ExecutionStarted'), odd)).toEqual(['pipeline #own pipeline.starting']);
  });
});

describe('of a stage', () => {
  const when = ['stage.starting', 'stage.complete', 'stage.failed'];
  const context = { sendNotifications: true, notifications: [of('#bake', ...when)] };
  const ended = (status: string): ExecutionEvent => eventOf('StageCompleted', { stageId: 'S1', status });

  it('those whom it sends notifications to are told of its start and its end', () => {
    const execution = executionOf({}, {}, context);
    expect(told(eventOf('StageStarted', { stageId: 'S1' }), execution)).toEqual(['stage #bake stage.starting']);
    expect(told(ended('SUCCEEDED'), execution)).toEqual(['stage #bake stage.complete']);
    for (const status of ['TERMINAL', 'STOPPED', 'FAILED_CONTINUE'])
      expect(told(ended(status), execution)).toEqual(['stage #bake stage.failed']);
  });

  it('nobody is told of one that was cancelled or skipped, that is synthetic, or that sends none', () => {
    const execution = executionOf({}, {}, context);
    for (const status of ['CANCELED', 'SKIPPED']) expect(told(ended(status), execution)).toEqual([]);
    const synthetic = { parentStageId: 'S0', syntheticStageOwner: 'STAGE_BEFORE' };
    expect(told(ended('TERMINAL'), executionOf({}, synthetic, context))).toEqual([]);
    expect(told(ended('TERMINAL'), executionOf({}, {}, { ...context, sendNotifications: false }))).toEqual([]);
    expect(told(ended('TERMINAL'), executionOf({}, {}, { notifications: context.notifications }))).toEqual([]);
  });
});

describe('of a judgment', () => {
  const asked = of('#judges', 'manualJudgment', 'manualJudgmentContinue', 'manualJudgmentStop');
  const judgment = (context: Record<string, unknown> = {}): ExecutionView =>
    executionOf(
      {},
      { type: 'manualJudgment', name: 'Approve' },
      { sendNotifications: true, notifications: [asked], ...context },
    );
  const noted = (address: string, at: number) => ({
    ...of(address, 'manualJudgment'),
    lastNotifiedByNotificationState: { manualJudgment: at },
  });

  it('those are told that the wait has just noted: all at first, then whose reminder is due', () => {
    const waits = (...notifications: object[]): ExecutionEvent =>
      eventOf('TaskWaiting', { stageId: 'S1', context: { notifications } });
    expect(told(waits(noted('#a', 1), noted('#b', 1)), judgment())).toEqual([
      'stage #a manualJudgment',
      'stage #b manualJudgment',
    ]);
    expect(told(waits(noted('#a', 1), noted('#b', 9), of('#c')), judgment())).toEqual(['stage #b manualJudgment']);
    expect(told(eventOf('TaskWaiting', { stageId: 'S1' }), judgment())).toEqual([]);
    expect(told(waits(noted('#a', 1)), executionOf())).toEqual([]);
  });

  it('the answer is told, beside the end of the stage; silence is no answer', () => {
    const ended = (status: string): ExecutionEvent => eventOf('StageCompleted', { stageId: 'S1', status });
    expect(told(ended('SUCCEEDED'), judgment({ judgmentStatus: 'continue' }))).toEqual([
      'stage #judges manualJudgmentContinue',
    ]);
    expect(told(ended('TERMINAL'), judgment({ judgmentStatus: 'stop' }))).toEqual(['stage #judges manualJudgmentStop']);
    expect(told(ended('TERMINAL'), judgment())).toEqual([]);
    expect(told(ended('CANCELED'), judgment({ judgmentStatus: 'continue' }))).toEqual([]);
  });
});

it('an execution is followed when it, or one of its stages, has somebody to tell', () => {
  const created = (execution: Record<string, unknown>, context: Record<string, unknown> = {}): boolean =>
    hasOwnNotifications({ type: 'PIPELINE', stages: { S1: { context } }, ...execution });
  const list = [of('#x', 'stage.failed')];
  expect(created({})).toBe(false);
  expect(created({ notifications: list })).toBe(true);
  expect(created({}, { notifications: list })).toBe(false);
  expect(created({}, { notifications: list, sendNotifications: true })).toBe(true);
  expect(created({}, { notifications: list, sendNotifications: '${parameters.tell}' })).toBe(true);
  expect(created({}, { notifications: list, notifyEveryMs: 60_000 })).toBe(true);
  expect(created({}, { notifications: [], sendNotifications: true })).toBe(false);
});

it('settings say whether anybody wants to know', () => {
  const common = { global: [of('#x', 'pipeline.failed')], application: [] };
  expect(anybodyWants(common, 'pipeline.failed')).toBe(true);
  expect(anybodyWants(common, 'pipeline.starting')).toBe(false);
});
