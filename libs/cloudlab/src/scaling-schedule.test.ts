import { describe, expect, test } from 'vitest';
import { scheduleProblem, scheduleStatus } from './scaling-schedule.ts';

const workdays = {
  minRequiredReplicas: 5,
  schedule: '30 8 * * MON-FRI',
  timeZone: 'Europe/Berlin',
  durationSec: 8 * 3600,
  disabled: false,
};
const at = (time: string): number => Date.parse(time);

describe('a scaling schedule', () => {
  test('is active from its start, in its own time zone, until its duration is over', () => {
    expect(scheduleStatus(workdays, at('2026-03-02T07:29:59Z')).state).toBe('READY');
    expect(scheduleStatus(workdays, at('2026-03-02T07:30:00Z'))).toEqual({
      state: 'ACTIVE',
      lastStartTime: '2026-03-02T07:30:00.000Z',
      nextStartTime: '2026-03-03T07:30:00.000Z',
    });
    expect(scheduleStatus(workdays, at('2026-03-02T15:29:59Z')).state).toBe('ACTIVE');
    expect(scheduleStatus(workdays, at('2026-03-02T15:30:00Z')).state).toBe('READY');
  });

  test('follows the clocks on the wall when they change', () => {
    expect(scheduleStatus(workdays, at('2026-03-30T06:30:00Z')).state).toBe('ACTIVE');
    expect(scheduleStatus(workdays, at('2026-03-30T06:29:00Z')).state).toBe('READY');
  });

  test('goes on without a pause where it lasts until its next start', () => {
    const always = { ...workdays, schedule: '0 * * * *', durationSec: 3600 };
    for (const minute of ['00', '01', '59'])
      expect(scheduleStatus(always, at(`2026-03-02T11:${minute}:30Z`)).state).toBe('ACTIVE');
  });

  test('is obsolete when its last start is over, and says when it is disabled', () => {
    const once = { ...workdays, schedule: '0 8 24 12 * 2026' };
    expect(scheduleStatus(once, at('2026-12-24T08:00:00Z'))).toEqual({
      state: 'ACTIVE',
      lastStartTime: '2026-12-24T07:00:00.000Z',
    });
    expect(scheduleStatus(once, at('2026-12-26T08:00:00Z')).state).toBe('OBSOLETE');
    expect(scheduleStatus({ ...workdays, disabled: true }, at('2026-03-02T09:00:00Z')).state).toBe('DISABLED');
  });

  test.each([
    ['* * *', 'UTC', 'must have the five fields minute, hour, day, month and weekday'],
    ['61 * * * *', 'UTC', "schedule '61 * * * *' cannot be read: Invalid value for minute"],
    ['0 8 * * *', 'Mars/Olympus', "timeZone 'Mars/Olympus' is not the IANA name"],
  ])('%s in %s is refused: %s', (schedule, timeZone, words) => {
    expect(scheduleProblem({ schedule, timeZone })).toContain(words);
  });

  test('is fine with a year, and with names', () => {
    expect(scheduleProblem({ schedule: '0 8 * JAN MON 2027', timeZone: 'UTC' })).toBeUndefined();
  });
});
