import { notFound, ServiceError } from '@gennaker/contracts/error';
import type { Pipeline, StoredPipeline } from '@gennaker/contracts/front50';
import type { Database, Queryable } from '@gennaker/store/database';
import { readRows } from '@gennaker/store/read-rows';
import { isTemplated, planned } from '../templates/template-references.ts';
import { PIPELINE_COLUMNS, type PipelineKind, type PipelineRow, pipelineView, storedView } from './pipeline-row.ts';

/**
 * Pipelines of an application (or all), by index, then name. `triggerTypes`: only those with a trigger of one of them, and with
 * `orTemplated` also those that may have one of a template.
 */
export async function* listPipelines(
  db: Pick<Database, 'pool'>,
  filter: {
    application?: string | undefined;
    triggerTypes?: readonly string[] | undefined;
    orTemplated?: boolean;
    kind?: PipelineKind;
  },
): AsyncGenerator<Pipeline> {
  const rows = readRows<PipelineRow>(
    db,
    `select ${PIPELINE_COLUMNS} from front50.pipelines
     where ($1::text is null or application = $1) and kind = $3
       and ($2::text[] is null or trigger_types && $2 or ($4 and body like '%templatedPipeline%'))
     order by application, position nulls last, name_key`,
    [
      ...[filter.application?.toLowerCase() ?? null, filter.triggerTypes ?? null, filter.kind ?? 'pipeline'],
      filter.orTemplated === true,
    ],
  );
  for await (const row of rows) yield pipelineView(row);
}

async function byId(client: Queryable, id: string): Promise<PipelineRow> {
  const { rows } = await client.query<PipelineRow>(`select ${PIPELINE_COLUMNS} from front50.pipelines where id = $1`, [
    id,
  ]);
  if (!rows[0]) throw notFound(`There is no pipeline with the id "${id}"`, { field: 'id', fix: 'look it up by name' });
  return rows[0];
}

/** One pipeline. @throws ServiceError 404 */
export async function getPipeline(client: Queryable, id: string): Promise<Pipeline> {
  return pipelineView(await byId(client, id));
}

/** One pipeline with its exact text. @throws ServiceError 404 */
export async function getStoredPipeline(client: Queryable, id: string): Promise<StoredPipeline> {
  return storedView(await byId(client, id));
}

/** One pipeline by its name, ignoring case. @throws ServiceError 404 */
export async function getPipelineByName(
  client: Queryable,
  application: string,
  name: string,
  kind: PipelineKind = 'pipeline',
): Promise<Pipeline> {
  const { rows } = await client.query<PipelineRow>(
    `select ${PIPELINE_COLUMNS} from front50.pipelines where application = $1 and name_key = $2 and kind = $3`,
    [application.toLowerCase(), name.trim().toLowerCase(), kind],
  );
  if (rows[0]) return pipelineView(rows[0]);
  const { rows: others } = await client.query<{ name: string }>(
    'select name from front50.pipelines where application = $1 and kind = $2 order by name_key limit 20',
    [application.toLowerCase(), kind],
  );
  throw notFound(`Application "${application}" has no ${kind} "${name}"`, {
    field: 'name',
    fix:
      others.length === 0
        ? `save a ${kind} for this application first`
        : `use one of: ${others.map((other) => other.name).join(', ')}`,
  });
}

/**
 * A pipeline as it runs: a templated one as what it stands for. One whose template cannot be applied has no stages and
 * says why in `templateErrors`, so that whoever wants to start it can tell.
 */
export async function plannedPipeline(client: Queryable, pipeline: Pipeline): Promise<Pipeline> {
  if (!isTemplated(pipeline)) return pipeline;
  try {
    return { ...pipeline, ...(await planned(client, pipeline)) };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status >= 500) throw error;
    return { ...pipeline, stages: [], templateErrors: error.details.errors ?? [error.message] };
  }
}

/** Pipelines as they run; `triggerTypes`: only those with a trigger of one of them. */
export async function* plannedPipelines(
  client: Queryable,
  pipelines: AsyncIterable<Pipeline>,
  triggerTypes: readonly string[] | undefined,
): AsyncGenerator<Pipeline> {
  for await (const pipeline of pipelines) {
    const planned = await plannedPipeline(client, pipeline);
    if (!triggerTypes || planned.triggers?.some(({ type }) => triggerTypes.includes(type))) yield planned;
  }
}
