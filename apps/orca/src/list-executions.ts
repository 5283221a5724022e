import { badRequest } from '@gennaker/contracts/error';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { STATUSES } from '@gennaker/contracts/status';
import { executionView } from '@gennaker/engine/view';
import type { Database } from '@gennaker/store/database';
import { readExecutions } from './rows.ts';

/** How a list is asked for. `limit` counts per pipeline for pipelines, and over all for orchestrations. */
export interface ListQuery {
  readonly limit?: number | undefined;
  readonly statuses?: string | undefined;
  readonly expand?: boolean | undefined;
  readonly pipelineConfigIds?: string | undefined;
  readonly executionIds?: string | undefined;
}

const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

/** Statuses of a query, checked; undefined means any. */
function statusesOf(query: ListQuery): string[] | undefined {
  if (query.statuses === undefined || query.statuses === '') return undefined;
  const wanted = words(query.statuses);
  const known: readonly string[] = STATUSES;
  const unknown = wanted.filter((status) => !known.includes(status));
  if (unknown.length > 0)
    throw badRequest(`${unknown.join(', ')} is no status`, {
      field: 'statuses',
      fix: `use some of ${STATUSES.join(', ')}`,
    });
  return wanted;
}

/** Newest first; `limit` of each pipeline. */
export async function listOfApplication(
  db: Database,
  application: string,
  type: 'PIPELINE' | 'ORCHESTRATION',
  query: ListQuery,
): Promise<ExecutionView[]> {
  const { rows } = await db.pool.query<{ id: string }>({
    name: 'orca-list-application',
    text: `select id from (
             select id, build_time,
               row_number() over (partition by coalesce(pipeline_config_id, case when type = 'PIPELINE' then name end) order by build_time desc, id desc) as place
             from orca.executions
             where application = $1 and type = $2 and ($3::text[] is null or status = any($3))
               and ($4::text[] is null or pipeline_config_id = any($4))
           ) ranked where place <= $5 order by build_time desc, id desc`,
    values: [
      application,
      type,
      statusesOf(query) ?? null,
      query.pipelineConfigIds ? words(query.pipelineConfigIds) : null,
      query.limit ?? (type === 'PIPELINE' ? 5 : 100),
    ],
  });
  return views(
    db,
    rows.map((row) => row.id),
    query.expand,
  );
}

/**
 * Executions by their ids, or the newest of pipeline configurations.
 * @throws ServiceError 400 when neither is given.
 */
export async function listByIds(db: Database, query: ListQuery): Promise<ExecutionView[]> {
  const statuses = statusesOf(query);
  if (query.executionIds) {
    const found = await views(db, words(query.executionIds), query.expand);
    return statuses ? found.filter((view) => statuses.includes(view.status)) : found;
  }
  if (!query.pipelineConfigIds)
    throw badRequest('Neither pipelineConfigIds nor executionIds is given', {
      field: 'pipelineConfigIds',
      fix: 'give one of them',
    });
  const { rows } = await db.pool.query<{ id: string }>({
    name: 'orca-list-configs',
    text: `select id from (
             select id, build_time, row_number() over (partition by pipeline_config_id order by build_time desc, id desc) as place
             from orca.executions where pipeline_config_id = any($1) and ($2::text[] is null or status = any($2))
           ) ranked where place <= $3 order by build_time desc, id desc`,
    values: [words(query.pipelineConfigIds), statuses ?? null, query.limit ?? 1],
  });
  return views(
    db,
    rows.map((row) => row.id),
    query.expand,
  );
}

async function views(db: Database, ids: readonly string[], expand: boolean | undefined): Promise<ExecutionView[]> {
  const full = (await readExecutions(db.pool, ids)).map(executionView);
  return expand === false ? full.map(narrowed) : full;
}

/** `expand=false`: no outputs, tasks and contexts, but the group that the UI sorts by. */
function narrowed(view: ExecutionView): ExecutionView {
  return {
    ...view,
    stages: view.stages.map((stage) => ({
      ...stage,
      outputs: {},
      tasks: [],
      context: stage.context['group'] === undefined ? {} : { group: stage.context['group'] },
    })),
  };
}
