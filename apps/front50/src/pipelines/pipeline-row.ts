import type { Pipeline, SaveWarning, StoredPipeline } from '@gennaker/contracts/front50';

/** Strategies are pipelines of another kind, with names of their own. */
export type PipelineKind = 'pipeline' | 'strategy';

/** A row of front50.pipelines or front50.pipeline_versions. */
export interface PipelineRow {
  id: string;
  kind: PipelineKind;
  body: string;
  warnings: SaveWarning[];
  version: number;
  /** Epoch milliseconds; bigint comes as text. */
  updated_at: string;
  updated_by: string;
  /** By a trigger's index: the id of a cron trigger whose text has none; null for all others. */
  cron_ids: (string | null)[];
}

/** Columns of front50.pipelines for a PipelineRow. */
export const PIPELINE_COLUMNS = 'id, kind, body, warnings, version, updated_at, updated_by, cron_ids';

/** What the text says, with its identity, time and author as the system knows them, and its cron triggers' ids. */
export function pipelineView(row: PipelineRow): Pipeline {
  const document = JSON.parse(row.body) as Pipeline;
  const triggers = document.triggers?.map((trigger, index) => {
    const id = row.cron_ids[index];
    return id ? { ...trigger, id } : trigger;
  });
  return {
    ...document,
    ...(triggers && row.cron_ids.length > 0 ? { triggers } : {}),
    id: row.id,
    updateTs: row.updated_at,
    lastModifiedBy: row.updated_by,
  };
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
