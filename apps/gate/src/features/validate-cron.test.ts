import { describe, expect, it } from 'vitest';
import { validateCron } from './validate-cron.ts';

const now = Date.parse('2026-11-29T12:00:00Z');

describe('a schedule that is asked about', () => {
  it('is told with its next five runs, in the zone that it names or else the configured one', () => {
    const answer = validateCron({ expression: '0 0 10 ? * MON-FRI', timezone: 'Europe/Berlin' }, 'UTC', now);
    expect(answer.timezone).toBe('Europe/Berlin');
    expect(answer.description).toBe('second 0, minute 0, hour 10, every month, day of week MON to FRI');
    expect(answer.next.map((at) => new Date(at).toISOString().slice(0, 16))).toEqual([
      '2026-11-30T09:00',
      '2026-12-01T09:00',
      '2026-12-02T09:00',
      '2026-12-03T09:00',
      '2026-12-04T09:00',
    ]);
    expect(validateCron({ expression: '0 0 10 ? * MON-FRI', timezone: '' }, 'UTC', now).timezone).toBe('UTC');
  });

  it('shows fewer runs where it ends, and is refused where there are none', () => {
    expect(validateCron({ expression: '0 0 10 31 12 ? 2026-2027' }, 'UTC', now).next).toHaveLength(2);
    for (const expression of ['0 0 0 30 2 ?', '0 0 0 1 1 ? 2026'])
      expect(() => validateCron({ expression }, 'UTC', now)).toThrow('never runs from now on');
  });

  it('has for H the time of the trigger', () => {
    const first = (triggerId: string) => validateCron({ expression: '0 H H * * ?', triggerId }, 'UTC', now).next[0];
    expect(first('a')).toBe(first('a'));
    expect(new Set(['a', 'b', 'c', 'd'].map(first)).size).toBeGreaterThan(1);
  });
});
