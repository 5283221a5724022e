import type { Pipeline } from '@gennaker/contracts/front50';
import type { Queryable } from '@gennaker/store/database';
import { type PipelineRow, pipelineView } from './pipeline-row.ts';

/** Versions of a pipeline, newest first, also of a deleted one; empty for an unknown id. */
export async function pipelineHistory(client: Queryable, id: string, limit: number): Promise<Pipeline[]> {
  const { rows } = await client.query<PipelineRow>(
    `select pipeline_id as id, body, warnings, version, updated_at, updated_by from front50.pipeline_versions
     where pipeline_id = $1 order by version desc limit $2`,
    [id, limit],
  );
  return rows.map((row) => ({ ...pipelineView(row), version: row.version }));
}
