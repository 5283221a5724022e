import { quartzSchedule } from '@gennaker/extension-sdk/quartz-schedule';
import { inTransaction } from '@gennaker/store/database';
import type { Echo } from '../echo.ts';
import { pipelinesFor } from '../match-event.ts';
import type { CronTimes } from './cron-times.ts';
import { spreadBy, type WantedSchedule, wantedSchedules } from './wanted-schedules.ts';

type Row = Omit<WantedSchedule, 'savedAt'>;

const keyOf = (row: Row): string => JSON.stringify([row.pipelineId, row.triggerId, row.expression, row.timezone]);

/**
 * Makes the kept schedules those that the pipelines have now. One process of several does it at a time. A new schedule counts
 * from the moment at which its pipeline was saved, when that was after the last comparison, and else from now: it runs
 * for nothing of its past.
 * @throws Error when front50 does not answer: the kept schedules go on
 */
export async function compareSchedules(echo: Echo, times: CronTimes, refused: Set<string>): Promise<void> {
  await inTransaction(echo.db, async (client) => {
    const now = echo.clock.now();
    const looked = await client.query<{ at: Date | null }>(
      'select at from echo.schedule_look where id = 1 for update skip locked',
    );
    const look = looked.rows[0];
    if (!look || (look.at !== null && now - look.at.getTime() < times.compareMs / 2)) return;
    const wanted = new Map(
      wantedSchedules(await pipelinesFor(echo, ['cron']), times.timeZone).map((one) => [keyOf(one), one]),
    );
    const { rows } = await client.query<Row>(
      'select pipeline_id as "pipelineId", trigger_id as "triggerId", expression, timezone from echo.schedules',
    );
    const kept = new Set(rows.map(keyOf));
    const gone = rows.filter((row) => !wanted.has(keyOf(row)));
    const fresh = [...wanted].flatMap(([key, one]) => {
      if (kept.has(key)) return [];
      const isNew = look.at !== null && one.savedAt > look.at.getTime();
      const from = isNew ? Math.max(one.savedAt, now - times.windowMs) : now;
      const next = firstRun(echo, one, from, refused);
      return next === undefined ? [] : [{ ...one, next }];
    });
    if (gone.length > 0)
      await client.query(
        `delete from echo.schedules s using unnest($1::text[], $2::text[], $3::text[], $4::text[]) as gone (p, t, e, z)
         where s.pipeline_id = gone.p and s.trigger_id = gone.t and s.expression = gone.e and s.timezone = gone.z`,
        columns(gone),
      );
    if (fresh.length > 0)
      await client.query(
        `insert into echo.schedules (pipeline_id, trigger_id, expression, timezone, next_at)
         select p, t, e, z, to_timestamp(at / 1000)
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::double precision[]) as fresh (p, t, e, z, at)
         on conflict do nothing`,
        [...columns(fresh), fresh.map(({ next }) => next)],
      );
    await client.query('update echo.schedule_look set at = $1 where id = 1', [new Date(now)]);
  });
}

function columns(rows: readonly Row[]): string[][] {
  return [
    rows.map(({ pipelineId }) => pipelineId),
    rows.map(({ triggerId }) => triggerId),
    rows.map(({ expression }) => expression),
    rows.map(({ timezone }) => timezone),
  ];
}

/** The first run after a moment. A schedule that cannot be read, of a pipeline from before it was checked, is told once. */
function firstRun(echo: Echo, wanted: WantedSchedule, after: number, refused: Set<string>): number | undefined {
  try {
    return quartzSchedule(wanted.expression, { timeZone: wanted.timezone, spreadBy: spreadBy(wanted) }).next(after);
  } catch (error) {
    const key = keyOf(wanted);
    if (!refused.has(key)) {
      refused.add(key);
      const why = error instanceof Error ? error.message : String(error);
      echo.log.warn(`The schedule of pipeline ${wanted.pipelineId} cannot be read: ${why}; correct it and save it.`);
    }
    return undefined;
  }
}
