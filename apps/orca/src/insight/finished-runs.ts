import type { FinishedRun } from '@gennaker/engine/insight/predict';
import type { Queryable } from '@gennaker/store/database';

/** How many earlier runs a prediction rests on at most. */
const MOST = 50;

/** How long the last successful runs of a pipeline and their stages took; contexts are not read. `except`: an execution that does not count. */
export async function finishedRuns(
  db: Queryable,
  configId: string | undefined,
  except: string | undefined,
): Promise<FinishedRun[]> {
  if (configId === undefined) return [];
  const { rows } = await db.query<{ duration: string; stages: FinishedRun['stages'] }>({
    name: 'orca-finished-runs',
    text: `select (e.end_time - e.start_time)::text duration,
             (select coalesce(json_agg(json_build_object('refId', s.ref_id, 'type', s.type, 'durationMs', s.end_time - s.start_time)), '[]')
              from orca.stages s
              where s.execution_id = e.id and s.parent_id is null and s.status in ('SUCCEEDED', 'FAILED_CONTINUE')
                and s.start_time is not null and s.end_time is not null) stages
           from orca.executions e
           where e.pipeline_config_id = $1 and e.complete and e.status = 'SUCCEEDED' and e.id is distinct from $2
             and e.start_time is not null and e.end_time is not null
           order by e.build_time desc limit ${MOST}`,
    values: [configId, except ?? null],
  });
  return rows.map((row) => ({ durationMs: Number(row.duration), stages: row.stages }));
}
