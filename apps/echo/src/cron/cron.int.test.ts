import type { Clock } from '@gennaker/service/clock';
import { Cron } from 'croner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEcho, type Echo } from '../echo.ts';
import { makeWorld, until, type World } from '../echo.fixture.ts';
import { compareSchedules } from './compare-schedules.ts';
import { startCron } from './cron.ts';
import { fireSchedules } from './fire-schedules.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Clocks are set back on 31 October in Europe and on 7 November in New York. */
const BEGIN = Date.parse('2027-10-20T09:13:20Z');
/** Longer than any test: what echo does besides schedules is not looked at. */
const NEVER = 400 * DAY;

let world: World;
let now: number;
let open: (() => Promise<void>)[];

beforeEach(async () => {
  world = await makeWorld();
  now = BEGIN;
  open = [];
});
afterEach(async () => {
  for (const close of open.toReversed()) await close();
  await world.end();
});

/** One process's view of the time that the test moves; it has at most one timer that is not `NEVER`. */
class TestClock implements Clock {
  readonly timers = new Set<{ at: number; fn: () => void }>();
  readonly #waiting: (() => void)[] = [];
  now(): number {
    return now;
  }
  after(ms: number, fn: () => void): () => void {
    const timer = { at: now + ms, fn };
    if (ms < NEVER) this.timers.add(timer);
    for (const wake of this.#waiting.splice(0)) wake();
    return () => this.timers.delete(timer);
  }
  /** When it has something to do; waits until what it does is done. */
  async due(): Promise<number> {
    for (;;) {
      for (const { at } of this.timers) return at;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

function process(): { echo: Echo; clock: TestClock } {
  const clock = new TestClock();
  const echo = createEcho({ ...world.parts(), clock, sweepMs: NEVER });
  open.push(() => echo.close());
  return { echo, clock };
}

const cronTrigger = (id: string, cronExpression: string, timezone?: string) => ({
  type: 'cron',
  enabled: true,
  id,
  cronExpression,
  ...(timezone === undefined ? {} : { timezone }),
});

/** What is stored of runs: `trigger time`, in order. */
async function stored(ignored = false): Promise<string[]> {
  const { rows } = await world.database.db.pool.query<{ trigger: string; at: string }>(
    `select content->>'triggerId' as trigger, content->>'scheduledTime' as at from echo.events
     where type = 'cron' and ignored = $1 order by 2, 1`,
    [ignored],
  );
  return rows.map(({ trigger, at }) => `${trigger} ${new Date(Number(at)).toISOString().slice(0, 19)}`);
}

describe('schedules', () => {
  it('start each run once in 30 days with two processes, their restarts, and clocks that are set back', async () => {
    const times = { timeZone: 'UTC', windowMs: 10 * MINUTE, compareMs: 12 * HOUR };
    // Each in Quartz's words, and in those of the library that tells what is expected.
    const schedules: [string, string, string, string?][] = [
      ['often-by-day', '0 7 0/3 * * ?', '0 7 */3 * * *'],
      ['nightly', '0 0/20 3 * * ?', '0 */20 3 * * *'],
      ['often', '0 30 1-22/3 ? * MON-FRI', '0 30 1,4,7,10,13,16,19,22 * * 1-5', 'America/New_York'],
      ['berlin', '0 30 2 * * ?', '0 30 2 * * *', 'Europe/Berlin'],
      ['new-york', '15 15 1 * * ?', '15 15 1 * * *', 'America/New_York'],
      ['half', '0 0/30 9-10 * * ?', '0 0,30 9-10 * * *', 'Asia/Kolkata'],
      ['friday', '0 0 12 ? * 6L', '0 0 12 * * 5L', 'Europe/Berlin'],
      ['monthly', '0 0 0 LW * ?', '0 0 0 LW * *'],
    ];
    const end = BEGIN + 30 * DAY;
    const expected: string[] = [];
    for (const [id, quartz, other, zone] of schedules) {
      world.addPipeline(id, { triggers: [cronTrigger(id, quartz, zone)], updateTs: String(BEGIN - DAY) });
      const runs = new Cron(other, { timezone: zone ?? 'UTC', paused: true });
      for (let run = runs.nextRun(new Date(BEGIN)); run && run.getTime() <= end; run = runs.nextRun(run))
        expected.push(`${id} ${run.toISOString().slice(0, 19)}`);
    }
    const replicas: { clock: TestClock; close(): Promise<void>; from: number }[] = [];
    const start = (from: number): void => {
      const { echo, clock } = process();
      const cron = startCron(echo, times);
      replicas.push({ clock, close: () => cron.close(), from });
    };
    start(now);
    start(now);
    for (let steps = 0; now < end; steps += 1) {
      const due = await Promise.all(replicas.map(({ clock }) => clock.due()));
      now = Math.min(Math.max(now, Math.min(...due)), end);
      for (const { clock } of replicas)
        for (const timer of clock.timers)
          if (timer.at <= now) {
            clock.timers.delete(timer);
            timer.fn();
          }
      // One goes at every 20th step; at every 100th both, and nothing is there for up to nine minutes.
      if (steps % 20 !== 19) continue;
      const gone = replicas.splice(0, steps % 100 === 99 ? 2 : 1);
      await Promise.all(gone.map(({ close }) => close()));
      if (gone.length === 2) now += (steps % 10) * MINUTE;
      for (const _ of gone) start(now);
    }
    await Promise.all(replicas.map(({ clock }) => clock.due()));
    await Promise.all(replicas.map(({ close }) => close()));
    const runs = await stored();
    expect(expected.length).toBeGreaterThan(500);
    expect(runs.toSorted()).toEqual(expected.toSorted());
    await until(() => world.started.length >= runs.length);
    const started = world.started.map(
      ({ trigger }) =>
        `${String(trigger['id'])} ${new Date(Number(trigger['scheduledTime'])).toISOString().slice(0, 19)}`,
    );
    expect(started.toSorted()).toEqual(expected.toSorted());
  }, 60_000);

  const times = { timeZone: 'UTC', windowMs: 10 * MINUTE, compareMs: 10_000 };
  const hourly = '0 0 * * * ?';

  it('run from the save on for one that is new, and for nothing of its past for one that is old', async () => {
    const { echo } = process();
    world.addPipeline('old', { triggers: [cronTrigger('old', '0 * * * * ?')], updateTs: String(now - DAY) });
    await compareSchedules(echo, times, new Set());
    expect(await fireSchedules(echo, times)).toBe(Date.parse('2027-10-20T09:14:00Z'));
    expect(await stored()).toEqual([]);
    world.pipelines.length = 0;
    // It was saved a second before its time, and looked at seconds after.
    world.addPipeline('new', {
      triggers: [cronTrigger('new', '0 * * * * ?')],
      updateTs: String(Date.parse('2027-10-20T09:14:59Z')),
    });
    now = Date.parse('2027-10-20T09:15:04Z');
    await compareSchedules(echo, times, new Set());
    await fireSchedules(echo, times);
    expect(await stored()).toEqual(['new 2027-10-20T09:15:00']);
  });

  it('that were switched off and on again run for nothing in between', async () => {
    const { echo } = process();
    const compare = async (at: string): Promise<void> => {
      now = Date.parse(at);
      await compareSchedules(echo, times, new Set());
      await fireSchedules(echo, times);
    };
    const save = (changes: Record<string, unknown>): void => {
      world.pipelines.length = 0;
      world.addPipeline('p', { triggers: [cronTrigger('p', hourly)], updateTs: String(now), ...changes });
    };
    save({});
    await compare('2027-10-20T09:30:00Z');
    save({ disabled: true });
    await compare('2027-10-20T09:59:59Z');
    await compare('2027-10-20T10:00:01Z');
    now = Date.parse('2027-10-20T10:00:02Z');
    save({});
    await compare('2027-10-20T10:00:20Z');
    await compare('2027-10-20T11:00:00Z');
    expect(await stored()).toEqual(['p 2027-10-20T11:00:00']);
  });

  it('say which runs they did not make up for after a long downtime', async () => {
    const { echo } = process();
    world.addPipeline('p', { triggers: [cronTrigger('p', hourly)], updateTs: String(now) });
    await compareSchedules(echo, times, new Set());
    now = Date.parse('2027-10-20T15:05:00Z');
    await fireSchedules(echo, times);
    expect(await stored()).toEqual(['p 2027-10-20T15:00:00']);
    expect(await stored(true)).toEqual(['p 2027-10-20T10:00:00']);
  });

  it('start nothing for a run whose schedule was changed at that moment, and say why', async () => {
    const { echo } = process();
    world.addPipeline('p', { triggers: [cronTrigger('p', hourly)], updateTs: String(now) });
    await compareSchedules(echo, times, new Set());
    world.pipelines.length = 0;
    world.addPipeline('p', { triggers: [cronTrigger('p', '0 30 * * * ?')], updateTs: String(now) });
    now = Date.parse('2027-10-20T10:00:00Z');
    await fireSchedules(echo, times);
    const { rows } = await world.database.db.pool.query<{ state: string; why: string }>(
      `select state, reason->>'summary' as why from echo.matches`,
    );
    expect(rows).toEqual([{ state: 'unmatched', why: 'the schedule was changed: the run is of "0 0 * * * ?" in UTC' }]);
  });

  it('that cannot be read are told once and stand in the way of no other', async () => {
    const warned: string[] = [];
    const { echo } = process();
    const told = { ...echo, log: { warn: (message: string) => warned.push(message) } };
    world.addPipeline('bad', { triggers: [cronTrigger('bad', 'whenever')], updateTs: String(now) });
    world.addPipeline('good', { triggers: [cronTrigger('good', hourly)], updateTs: String(now) });
    const refused = new Set<string>();
    await compareSchedules(told, times, refused);
    now += times.compareMs;
    await compareSchedules(told, times, refused);
    now = Date.parse('2027-10-20T10:00:00Z');
    await fireSchedules(told, times);
    expect(await stored()).toEqual(['good 2027-10-20T10:00:00']);
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain('The schedule of pipeline bad cannot be read');
  });
});
