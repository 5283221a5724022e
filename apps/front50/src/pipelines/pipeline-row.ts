import type { Pipeline, SaveWarning, StoredPipeline } from '@gennaker/contracts/front50';

/** A row of front50.pipelines or front50.pipeline_versions. */
export interface PipelineRow {
  id: string;
  body: string;
  warnings: SaveWarning[];
  version: number;
  /** Epoch milliseconds; bigint comes as text. */
  updated_at: string;
  updated_by: string;
}

/** Columns of front50.pipelines for a PipelineRow. */
export const PIPELINE_COLUMNS = 'id, body, warnings, version, updated_at, updated_by';

/** What the text says, with its identity, time and author as the system knows them. */
export function pipelineView(row: PipelineRow): Pipeline {
  const document = JSON.parse(row.body) as Pipeline;
  return { ...document, id: row.id, updateTs: row.updated_at, lastModifiedBy: row.updated_by };
}

/** The row with its exact text. */
export function storedView(row: PipelineRow): StoredPipeline {
  return {
    pipeline: pipelineView(row),
    text: row.body,
    warnings: row.warnings,
    version: row.version,
    lastModifiedBy: row.updated_by,
    updateTs: row.updated_at,
  };
}
