import { quartzSchedule } from '@gennaker/extension-sdk/quartz-schedule';
import { inTransaction } from '@gennaker/store/database';
import type { Echo } from '../echo.ts';
import { matchStored, type OwnEvent, storeEvents } from '../events/store-events.ts';
import type { CronTimes } from './cron-times.ts';
import { dueRuns } from './due-runs.ts';
import { spreadBy } from './wanted-schedules.ts';

interface Row {
  pipeline_id: string;
  trigger_id: string;
  expression: string;
  timezone: string;
  next_at: Date;
}

/** Schedules that one commit takes. */
const AT_ONCE = 200;

/**
 * Stores an event for every run that is due, and matches them. The events and the schedules' next runs are one commit, and a
 * run's event has a key of its own, so that of several processes one starts it, and none twice. Answers when the next run
 * of any schedule is; undefined: none has one.
 */
export async function fireSchedules(echo: Echo, times: CronTimes): Promise<number | undefined> {
  for (;;) {
    const now = echo.clock.now();
    const { ids, taken } = await takeDue(echo, times, now);
    await matchStored(echo, ids);
    if (taken === AT_ONCE) continue;
    const { rows } = await echo.db.pool.query<{ next: Date | null }>('select min(next_at) as next from echo.schedules');
    const next = rows[0]?.next?.getTime();
    // What another process is taking at this moment is none of ours.
    if (next === undefined || next > now || taken === 0) return next;
  }
}

function takeDue(echo: Echo, times: CronTimes, now: number): Promise<{ ids: string[]; taken: number }> {
  return inTransaction(echo.db, async (client) => {
    const { rows } = await client.query<Row>(
      `select pipeline_id, trigger_id, expression, timezone, next_at from echo.schedules
       where next_at <= $1 order by next_at limit ${AT_ONCE} for update skip locked`,
      [new Date(now)],
    );
    if (rows.length === 0) return { ids: [], taken: 0 };
    const events: OwnEvent[] = [];
    const nexts = rows.map((row) => {
      const due = dueOf(row, now, times.windowMs);
      events.push(...due.events);
      return due.next;
    });
    const ids = await storeEvents(client, now, events);
    await client.query(
      `with given as (
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::double precision[]) as given (p, t, e, z, at)
       ), ended as (
         delete from echo.schedules s using given g
         where g.at is null and s.pipeline_id = g.p and s.trigger_id = g.t and s.expression = g.e and s.timezone = g.z
       )
       update echo.schedules s set next_at = to_timestamp(g.at / 1000) from given g
       where g.at is not null and s.pipeline_id = g.p and s.trigger_id = g.t and s.expression = g.e and s.timezone = g.z`,
      [
        rows.map((row) => row.pipeline_id),
        rows.map((row) => row.trigger_id),
        rows.map((row) => row.expression),
        rows.map((row) => row.timezone),
        nexts.map((next) => next ?? null),
      ],
    );
    return { ids, taken: rows.length };
  });
}

/** The events of what is due of a schedule, and when it runs next. One that cannot be read any more ends, and says so. */
function dueOf(row: Row, now: number, windowMs: number): { events: OwnEvent[]; next: number | undefined } {
  const from = row.next_at.getTime();
  try {
    const schedule = quartzSchedule(row.expression, {
      timeZone: row.timezone,
      spreadBy: spreadBy({ pipelineId: row.pipeline_id, triggerId: row.trigger_id }),
    });
    const { runs, next, tooLate } = dueRuns(schedule, from, now, windowMs);
    const late = tooLate === undefined ? [] : [lateRun(row, tooLate, windowMs)];
    return { events: [...late, ...runs.map((at) => runOf(row, at))], next };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      events: [{ ...runOf(row, from), ignored: { summary: `its schedule cannot be read: ${why}` } }],
      next: undefined,
    };
  }
}

/** The event of one run. @param at when it is due, epoch milliseconds */
function runOf(row: Row, at: number): OwnEvent {
  return {
    type: 'cron',
    key: `cron:${row.pipeline_id}:${row.trigger_id}:${new Date(at).toISOString()}`,
    content: {
      pipelineId: row.pipeline_id,
      triggerId: row.trigger_id,
      cronExpression: row.expression,
      timezone: row.timezone,
      scheduledTime: at,
    },
  };
}

function lateRun(row: Row, at: number, windowMs: number): OwnEvent {
  const minutes = windowMs / 60_000;
  return {
    ...runOf(row, at),
    ignored: {
      summary: `runs from ${new Date(at).toISOString()} on fell into a time when nothing was there to start them, longer than ${minutes} minutes ago`,
      evidence: { scheduledTime: at, missedRunsMinutes: minutes },
      next: 'start the pipeline by hand; "cron.missedRunsMinutes" in gennaker.yml says how far back runs are made up for',
    },
  };
}
