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
  /** Only pipelines whose name contains it, ignoring case. */
  readonly pipelineNameFilter?: string | undefined;
  /** Most pipelines: those that ran last. */
  readonly pipelineLimit?: number | undefined;
}

/** The words of a query's comma-separated list. */
export const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

/** Statuses of a query, checked; undefined means any. */
export function statusesOf(query: Pick<ListQuery, 'statuses'>): string[] | undefined {
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
    // One short range of the index for each pipeline, found by skipping from one to the next.
    text: `with recursive configs as (
             (select pipeline_config_id as config from orca.executions
              where application = $1 and type = $2 and pipeline_config_id is not null
                and ($4::text[] is null or pipeline_config_id = any($4)) order by pipeline_config_id limit 1)
             union all
             select (select e.pipeline_config_id from orca.executions e
                     where e.application = $1 and e.type = $2 and e.pipeline_config_id > c.config
                       and ($4::text[] is null or e.pipeline_config_id = any($4)) order by e.pipeline_config_id limit 1)
             from configs c where c.config is not null
           ), found as (
             select e.id, e.build_time from configs c cross join lateral (
               select id, build_time from orca.executions
               where application = $1 and type = $2 and pipeline_config_id = c.config
                 and ($3::text[] is null or status = any($3))
               order by build_time desc limit $5) e
             union all
             select id, build_time from (
               select id, build_time, row_number() over (partition by case when type = 'PIPELINE' then name end order by build_time desc, id desc) place
               from (select id, build_time, type, name from orca.executions
                     where application = $1 and type = $2 and pipeline_config_id is null and $4::text[] is null
                       and ($3::text[] is null or status = any($3))
                     order by build_time desc limit greatest($5, 2000)) newest
             ) ranked where place <= $5
           )
           select id from found order by build_time desc, id desc`,
    values: [
      application,
      type,
      statusesOf(query) ?? null,
      query.pipelineConfigIds ? words(query.pipelineConfigIds) : null,
      query.limit ?? (type === 'PIPELINE' ? 5 : 100),
    ],
  });
  const found = await views(
    db,
    rows.map((row) => row.id),
    query.expand,
  );
  return ofPipelines(found, query.pipelineNameFilter?.toLowerCase(), query.pipelineLimit);
}

/** The executions of the first pipelines, and of those whose name contains a text in lower case. */
function ofPipelines(
  found: readonly ExecutionView[],
  name: string | undefined,
  most: number | undefined,
): ExecutionView[] {
  const named = found.filter((view) => name === undefined || view.name.toLowerCase().includes(name));
  const first = [...new Set(named.map((view) => view.pipelineConfigId ?? view.name))].slice(0, most);
  return named.filter((view) => first.includes(view.pipelineConfigId ?? view.name));
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
    text: `select e.id from unnest($1::text[]) as c(config) cross join lateral (
             select id, build_time from orca.executions
             where pipeline_config_id = c.config and ($2::text[] is null or status = any($2))
             order by build_time desc limit $3) e
           order by e.build_time desc, e.id desc`,
    values: [words(query.pipelineConfigIds), statuses ?? null, query.limit ?? 1],
  });
  return views(
    db,
    rows.map((row) => row.id),
    query.expand,
  );
}

/** Views of executions by id. `expand=false`: no outputs, tasks and contexts, but the group that the UI sorts by. */
export async function views(
  db: Database,
  ids: readonly string[],
  expand: boolean | undefined,
): Promise<ExecutionView[]> {
  const all = (await readExecutions(db.pool, ids, expand === false)).map(executionView);
  return expand === false ? all.map(narrowed) : all;
}

function narrowed(view: ExecutionView): ExecutionView {
  return { ...view, stages: view.stages.map((stage) => ({ ...stage, tasks: [] })) };
}
