import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { cronTriggerSchema } from './schema.ts';
import cron from './trigger.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const run: EchoEvent = {
  type: 'cron',
  content: {
    pipelineId: 'p1',
    triggerId: 't1',
    cronExpression: '0 0 10 * * ?',
    timezone: 'Europe/Berlin',
    scheduledTime: Date.parse('2026-11-29T09:00:00Z'),
  },
};
const trigger = (more: Record<string, unknown> = {}) =>
  cronTriggerSchema.parse({ type: 'cron', enabled: true, id: 't1', cronExpression: '0 0 10 * * ?', ...more }) as never;

describe('cron trigger', () => {
  it('has examples that its schema takes and that run', () => {
    for (const example of cron.examples) {
      expect(cron.schema.safeParse(example).success).toBe(true);
      expect(cron.problems?.(example, now)).toEqual([]);
    }
  });

  it('wants the runs of its own schedule, for its pipeline alone', () => {
    expect(cron.pipelineOf?.(run)).toBe('p1');
    expect(cron.match(trigger(), run)).toEqual({
      matches: true,
      reason: { summary: 'it is 2026-11-29T09:00:00.000Z, a time of "0 0 10 * * ?" in Europe/Berlin' },
    });
    expect(cron.match(trigger({ id: 't2' }), run)).toMatchObject({ matches: false, elsewhere: true });
  });

  it.each([
    ['times', { cronExpression: '0 0 11 * * ?' }],
    ['time zone', { timezone: 'Asia/Tokyo' }],
  ])('starts nothing for a run from before its %s was changed', (_what, change) => {
    expect(cron.match(trigger(change), run)).toMatchObject({
      matches: false,
      reason: { summary: 'the schedule was changed: the run is of "0 0 10 * * ?" in Europe/Berlin' },
    });
  });

  it('hands its parameters and the time of the run to the execution', () => {
    expect(cron.toTrigger(trigger({ parameters: { scope: 'full' }, rebake: true }), run)).toMatchObject({
      type: 'cron',
      id: 't1',
      cronExpression: '0 0 10 * * ?',
      timezone: 'Europe/Berlin',
      scheduledTime: run.content['scheduledTime'],
      parameters: { scope: 'full' },
      rebake: true,
    });
  });

  it.each([
    ['never', { cronExpression: '0 0 0 30 2 ?' }, 'cronExpression', 'never runs from now on'],
    ['no more', { cronExpression: '0 0 0 1 1 ? 2025' }, 'cronExpression', 'never runs from now on'],
    ['at no time', {}, 'cronExpression', 'needs its times'],
    ['in no words', { cronExpression: '* * * * *' }, 'cronExpression', 'has 5 fields'],
    [
      'nowhere',
      { cronExpression: '0 0 0 * * ?', timezone: 'Mars/Phobos' },
      'timezone',
      'is not the name of a time zone',
    ],
  ])('has a problem when it runs %s', (_when, config, field, message) => {
    const [problem] = cron.problems?.(config, now) ?? [];
    expect(problem?.field).toBe(field);
    expect(problem?.message).toContain(message);
  });
});
