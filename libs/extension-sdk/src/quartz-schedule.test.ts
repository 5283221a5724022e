import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRuns, quartzSchedule } from './quartz-schedule.ts';

const schedule = (expression: string, timeZone = 'UTC', spreadBy = 't1') =>
  quartzSchedule(expression, { timeZone, spreadBy });
const runs = (expression: string, from: string, count = 3, timeZone = 'UTC') =>
  nextRuns(schedule(expression, timeZone), Date.parse(from), count).map((at) =>
    new Date(at).toISOString().replace(':00.000Z', 'Z'),
  );

describe('a schedule', () => {
  it.each([
    ['0 0 10 ? * MON-FRI', 'second 0, minute 0, hour 10, every month, day of week MON to FRI'],
    ['0 0/5 * * * ?', 'second 0, minute every 5 from 0, every hour, every day of month, every month'],
    ['0 */15 8,20 1 jan ? 2027', 'second 0, minute every 15, hour 8 and 20, day of month 1, month JAN, year 2027'],
    ['H H(0-30) H L * ?', 'second H, minute H(0 to 30), hour H, day of month L, every month'],
    ['0 0 0 ? * 6#3', 'second 0, minute 0, hour 0, every month, day of week 6#3'],
    ['0 0 0 L-3 * ?', 'second 0, minute 0, hour 0, day of month L-3, every month'],
    ['0 0 0 ? * FRIL', 'second 0, minute 0, hour 0, every month, day of week FRIL'],
  ])('%s means: %s', (expression, meaning) => {
    expect(schedule(expression).meaning).toBe(meaning);
  });

  it.each([
    ['* * * * *', '5 fields'],
    ['', '0 fields'],
    ['0 0 0 * * ? 2027 x', '8 fields'],
    ['60 0 0 * * ?', '"60" is no second'],
    ['0 0 24 * * ?', '"24" is no hour'],
    ['0 0 0 32 * ?', '"32" is no day of month'],
    ['0 0 0 0W * ?', '"0W" is no day of month'],
    ['0 0 0 L-31 * ?', '"L-31" is no day of month'],
    ['0 0 0 ? * 8', '"8" is no day of week'],
    ['0 0 0 ? * 2#6', '"2#6" is no day of week'],
    ['0 0 0 H * ?', '"H" is no day of month'],
    ['0 0 0 * FOO ?', '"FOO" is no month'],
    ['0 0/0 0 * * ?', '"0/0" is no minute'],
    ['0 1-2-3 0 * * ?', '"1-2-3" is no minute'],
    ['0 1,,2 0 * * ?', '"" is no minute'],
    ['0 H(30-10) 0 * * ?', '"H(30-10)" is no minute'],
    ['? 0 0 * * ?', '"?" is no second'],
    ['0 0 0 * * ? 1969', '"1969" is no year'],
    ['0 0 0 * * ? 2030-2027', '"2030-2027" is no year'],
    ['0 0 0 * * *', 'both given'],
    ['0 0 0 ? * ?', 'both "?"'],
  ])('%s is refused: %s', (expression, reason) => {
    expect(() => schedule(expression)).toThrow(reason);
  });

  it('is refused in a time zone that does not exist', () => {
    expect(() => schedule('0 0 0 * * ?', 'Europe/Nowhere')).toThrow('"Europe/Nowhere" is not the name of a time zone');
  });

  it.each([
    ['the last day', '0 0 6 L * ?', ['2027-01-31T06:00Z', '2027-02-28T06:00Z', '2027-03-31T06:00Z']],
    ['three days before the last', '0 0 6 L-3 * ?', ['2027-01-28T06:00Z', '2027-02-25T06:00Z', '2027-03-28T06:00Z']],
    ['the last weekday', '0 0 6 LW * ?', ['2027-01-29T06:00Z', '2027-02-26T06:00Z', '2027-03-31T06:00Z']],
    ['the weekday next to the 15th', '0 0 6 15W * ?', ['2027-01-15T06:00Z', '2027-02-15T06:00Z', '2027-03-15T06:00Z']],
    [
      'the weekday next to a Saturday 15th',
      '0 0 6 15W MAY ?',
      ['2027-05-14T06:00Z', '2028-05-15T06:00Z', '2029-05-15T06:00Z'],
    ],
    ['the weekday next to a Saturday 1st', '0 0 6 1W MAY ? 2027', ['2027-05-03T06:00Z']],
    ['the third Friday', '0 0 6 ? * 6#3', ['2027-01-15T06:00Z', '2027-02-19T06:00Z', '2027-03-19T06:00Z']],
    [
      'a fifth Friday, in months that have one',
      '0 0 6 ? * FRI#5',
      ['2027-01-29T06:00Z', '2027-04-30T06:00Z', '2027-07-30T06:00Z'],
    ],
    ['the last Friday', '0 0 6 ? * 6L', ['2027-01-29T06:00Z', '2027-02-26T06:00Z', '2027-03-26T06:00Z']],
    ['Saturdays, as L alone', '0 0 6 ? * L', ['2027-01-02T06:00Z', '2027-01-09T06:00Z', '2027-01-16T06:00Z']],
    ['hours over midnight', '0 0 22-0 1 1 ?', ['2027-01-01T00:00Z', '2027-01-01T22:00Z', '2027-01-01T23:00Z']],
    ['days over the week end', '0 0 6 ? * SAT-SUN', ['2027-01-02T06:00Z', '2027-01-03T06:00Z', '2027-01-09T06:00Z']],
    ['a step from a value', '0 40/10 6 1 1 ?', ['2027-01-01T06:40Z', '2027-01-01T06:50Z', '2028-01-01T06:40Z']],
    ['29 February', '0 0 6 29 2 ?', ['2028-02-29T06:00Z', '2032-02-29T06:00Z', '2036-02-29T06:00Z']],
    ['one year alone', '0 0 6 1 1 ? 2028', ['2028-01-01T06:00Z']],
    ['30 February: never', '0 0 6 30 2 ?', []],
    ['a year that is over: never', '0 0 6 1 1 ? 2020', []],
  ])('chooses %s', (_what, expression, expected) => {
    expect(runs(expression, '2026-12-31T23:59:59Z')).toEqual(expected);
  });

  it('runs at the change when its time is left out, and the first time when it comes twice', () => {
    const berlin = 'Europe/Berlin';
    expect(runs('0 30 2 * * ?', '2027-03-27T12:00:00Z', 2, berlin)).toEqual(['2027-03-28T01:00Z', '2027-03-29T00:30Z']);
    expect(runs('0 10,50 2 * * ?', '2027-03-28T00:59:59Z', 2, berlin)).toEqual([
      '2027-03-28T01:00Z',
      '2027-03-29T00:10Z',
    ]);
    expect(runs('0 30 2 * * ?', '2027-10-30T12:00:00Z', 2, berlin)).toEqual(['2027-10-31T00:30Z', '2027-11-01T01:30Z']);
    expect(runs('0 30 2 * * ?', '2027-10-31T00:31:00Z', 1, berlin)).toEqual(['2027-11-01T01:30Z']);
    // Lord Howe's clocks change by half an hour.
    expect(runs('0 15 2 * * ?', '2027-10-02T14:00:00Z', 2, 'Australia/Lord_Howe')).toEqual([
      '2027-10-02T15:30Z',
      '2027-10-03T15:15Z',
    ]);
  });

  it('for every hour goes on evenly through both changes', () => {
    const evenly = (from: string) => {
      const begin = Date.parse(from);
      const half = nextRuns(schedule('0 0/30 * * * ?', 'America/New_York'), begin, 16);
      expect(half).toEqual(half.map((_at, index) => begin + (index + 1) * 1_800_000));
    };
    evenly('2027-03-14T03:00:00Z');
    evenly('2027-11-07T03:00:00Z');
  });

  it('spreads H by the trigger, the same at each look, within what is asked', () => {
    const minutes = (expression: string, id: string) =>
      nextRuns(schedule(expression, 'UTC', id), -1, 6).map((at) => new Date(at).getUTCMinutes());
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 59 }), (id, step) => {
        expect(new Set(minutes('0 H * * * ?', id)).size).toBe(1);
        expect(minutes('0 H * * * ?', id)).toEqual(minutes('0 H * * * ?', id));
        for (const minute of minutes('0 H(10-19) * * * ?', id)) expect(Math.floor(minute / 10)).toBe(1);
        const [first = 0, second = 0] = minutes(`0 H/${step} * * * ?`, id);
        expect(first).toBeLessThan(step);
        if (first + step < 60) expect(second).toBe(first + step);
      }),
      { numRuns: 100 },
    );
    const ids = Array.from({ length: 200 }, (_, index) => `trigger-${index}`);
    expect(new Set(ids.map((id) => minutes('0 H * * * ?', id)[0])).size).toBeGreaterThan(40);
  });

  const set = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
    );
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');
  const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2034, 0, 1) });

  it('agrees with another reader of schedules, where both know the words', () => {
    const days = fc.oneof(
      set(1, 28).map((day) => [day, '?']),
      fc.constantFrom('L', 'LW').map((day) => [day, '?']),
      fc.integer({ min: 1, max: 28 }).map((day) => [`${day}W`, '?']),
      fc.integer({ min: 1, max: 7 }).map((day) => ['?', `${day}L`]),
      fc
        .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 4 }))
        .map(([day, nth]) => ['?', `${day}#${nth}`]),
      set(1, 7).map((day) => ['?', day]),
    );
    fc.assert(
      fc.property(set(0, 59), set(0, 59), set(0, 23), days, set(1, 12), moment, (s, m, h, [dom, dow], month, at) => {
        const expression = `${s} ${m} ${h} ${dom} ${month} ${dow}`;
        const sundayIsZero = (dow ?? '').replace(/^[\d,]+/, (list) =>
          list
            .split(',')
            .map((day) => Number(day) - 1)
            .join(','),
        );
        const other = new Cron(`${s} ${m} ${h} ${dom} ${month} ${sundayIsZero}`.replaceAll('?', '*'), {
          timezone: 'UTC',
          paused: true,
        });
        const expected = other.nextRuns(3, new Date(at)).map((run) => run.getTime());
        expect(nextRuns(schedule(expression), at, 3)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('runs next after the moment that is asked for, and at the same time from any moment before', () => {
    const expression = fc
      .tuple(set(0, 59), set(0, 59), set(0, 23), set(1, 31))
      .map(([s, m, h, day]) => `${s} ${m} ${h} ${day} * ?`);
    fc.assert(
      fc.property(expression, zone, moment, fc.double({ min: 0, max: 1, noNaN: true }), (text, name, at, part) => {
        const one = schedule(text, name);
        const next = one.next(at) ?? Number.NaN;
        expect(next).toBeGreaterThan(at);
        expect(one.next(Math.floor(at + (next - 1 - at) * part))).toBe(next);
      }),
      { numRuns: 300 },
    );
  });
});
