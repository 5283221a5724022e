import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jitterSeconds, nextOpening } from './opening.ts';
import { executionWindowSchema, timeWindowSchema } from './schema.ts';
import stage from './stage.ts';

const MINUTE = 60_000;
const opening = (window: object, now: string) =>
  new Date(nextOpening(executionWindowSchema.parse(window), Date.parse(now))).toISOString();
const hours = (startHour: number, startMin: number, endHour: number, endMin: number) => ({
  startHour,
  startMin,
  endHour,
  endMin,
});

/** The rule in its plainest form, with nothing shared with what is tested. */
function isOpen(window: { days?: number[]; whitelist?: ReturnType<typeof hours>[]; timezone: string }, at: number) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: window.timezone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(part('weekday')) + 1;
  const minute = Number(part('hour')) * 60 + Number(part('minute'));
  if (window.days?.length && !window.days.includes(day)) return false;
  if (!window.whitelist?.length) return true;
  return window.whitelist.some(({ startHour, startMin, endHour, endMin }) => {
    const start = startHour * 60 + startMin;
    const end = endHour * 60 + endMin;
    return start < end ? minute >= start && minute < end : minute >= start || minute < end;
  });
}

describe('the next opening of a window', () => {
  const office = { days: [2, 3, 4, 5, 6], whitelist: [hours(9, 0, 17, 30)], timezone: 'Europe/Berlin' };
  it.each([
    ['2024-05-13T06:59:59.999Z', '2024-05-13T07:00:00.000Z'],
    ['2024-05-13T07:00:00.000Z', '2024-05-13T07:00:00.000Z'],
    ['2024-05-13T15:29:59.000Z', '2024-05-13T15:29:59.000Z'],
    ['2024-05-13T15:30:00.000Z', '2024-05-14T07:00:00.000Z'],
    ['2024-05-17T15:30:00.000Z', '2024-05-20T07:00:00.000Z'],
    // Summer time begins on the Sunday between.
    ['2024-03-29T17:00:00.000Z', '2024-04-01T07:00:00.000Z'],
    ['2024-03-22T17:00:00.000Z', '2024-03-25T08:00:00.000Z'],
  ])('of office hours in Berlin, seen at %s, is %s', (now, opens) => {
    expect(opening(office, now)).toBe(opens);
  });
  it('goes over midnight', () => {
    const night = { whitelist: [hours(22, 0, 2, 0)], timezone: 'UTC' };
    expect(opening(night, '2024-05-13T01:59:00Z')).toBe('2024-05-13T01:59:00.000Z');
    expect(opening(night, '2024-05-13T02:00:00Z')).toBe('2024-05-13T22:00:00.000Z');
  });
  it('in an hour that summer time leaves out is the end of that hour; that hour alone opens a week later', () => {
    const zone = { timezone: 'America/New_York' };
    expect(opening({ whitelist: [hours(2, 30, 4, 0)], ...zone }, '2024-03-10T06:00:00Z')).toBe(
      '2024-03-10T07:00:00.000Z',
    );
    expect(opening({ days: [1], whitelist: [hours(2, 15, 2, 45)], ...zone }, '2024-03-10T06:00:00Z')).toBe(
      '2024-03-17T06:15:00.000Z',
    );
  });
  it('is in Los Angeles where no zone is named', () => {
    expect(opening({ whitelist: [hours(9, 0, 10, 0)] }, '2024-01-10T00:00:00Z')).toBe('2024-01-10T17:00:00.000Z');
  });
  it('refuses a zone that there is not', () => {
    expect(() => opening({ timezone: 'Mars/Base' }, '2024-01-10T00:00:00Z')).toThrow(/Mars/);
  });
  it('is open itself, and nothing before it is, whatever the zone, also while clocks change', () => {
    const changes = [
      '2024-03-10T10:00Z',
      '2024-03-31T01:00Z',
      '2024-10-27T01:00Z',
      '2024-11-03T06:00Z',
      '2024-10-05T15:30Z',
    ];
    const whitelist = fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 1, max: 600 }))
        .map(([hour, minute, length]) => {
          const end = (hour * 60 + minute + length) % 1440;
          return hours(hour, minute, Math.floor(end / 60), end % 60);
        }),
      { maxLength: 2 },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(
          'America/New_York',
          'Europe/Berlin',
          'Australia/Lord_Howe',
          'Asia/Kathmandu',
          'America/Los_Angeles',
          'UTC',
        ),
        fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 3 }),
        whitelist,
        fc.constantFrom(...changes),
        fc.integer({ min: -12 * 3600, max: 12 * 3600 }),
        (timezone, days, spans, change, seconds) => {
          const window = { timezone, days, whitelist: spans };
          const now = Date.parse(change) + seconds * 1000;
          const opens = nextOpening(executionWindowSchema.parse(window), now);
          expect(isOpen(window, opens)).toBe(true);
          // The hours just before it and just after now: every minute would be slow.
          for (let at = opens - MINUTE, steps = 0; at >= now && steps < 90; at -= MINUTE, steps++)
            expect(isOpen(window, at)).toBe(false);
          for (let at = now, steps = 0; at < opens && steps < 90; at += 7 * MINUTE, steps++)
            expect(isOpen(window, at)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('jitter', () => {
  it('is the same for the same key, and within its limits', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.string(), (minDelay, maxDelay, key) => {
        const seconds = jitterSeconds({ minDelay, maxDelay }, key);
        expect(seconds).toBe(jitterSeconds({ minDelay, maxDelay }, key));
        expect(seconds).toBeGreaterThanOrEqual(Math.min(minDelay, maxDelay));
        expect(seconds).toBeLessThanOrEqual(Math.max(minDelay, maxDelay));
      }),
    );
  });
  it('is a step of its own, left out of what a person started where that is said', () => {
    const names = (jitter: object, type: string) =>
      stage
        .tasks({ context: { restrictedExecutionWindow: { jitter } } } as never, { trigger: { type } } as never)
        .map(({ name }) => name);
    expect(names({ enabled: true }, 'manual')).toEqual(['suspendExecutionDuringTimeWindow', 'waitForJitter']);
    expect(names({ enabled: true, skipManual: true }, 'manual')).toHaveLength(1);
    expect(names({ enabled: true, skipManual: true }, 'cron')).toHaveLength(2);
    expect(names({}, 'cron')).toHaveLength(1);
  });
});

describe('a stage with a window', () => {
  const run = (context: object, now: string) =>
    stage.tasks({ context } as never, { trigger: { type: 'manual' } } as never)[0]?.run({
      context: timeWindowSchema.parse(context),
      now: Date.parse(now),
    } as never);
  const window = { restrictedExecutionWindow: { whitelist: [hours(9, 0, 10, 0)], timezone: 'Europe/Berlin' } };
  it('wakes exactly when it opens, and says when and in which zone', async () => {
    expect(await run(window, '2024-05-13T06:00:00Z')).toMatchObject({
      status: 'RUNNING',
      wakeAfterMs: 3_600_000,
      exact: true,
      context: { scheduledTime: Date.parse('2024-05-13T07:00:00Z') },
      reason: { summary: expect.stringMatching(/09:00 \(Europe\/Berlin\)/) },
    });
    expect(await run(window, '2024-05-13T07:00:00Z')).toMatchObject({ status: 'SUCCEEDED' });
  });
  it('goes on when a person skips the wait, naming who and why', async () => {
    const patch = stage.onPatch?.({} as never, { skipRemainingWait: true, skipReason: 'incident' }, {
      by: { user: 'ann' },
    } as never);
    expect(await run({ ...window, ...patch }, '2024-05-13T06:00:00Z')).toMatchObject({
      status: 'SUCCEEDED',
      reason: { summary: 'ann let it go before its window: incident' },
    });
  });
});
