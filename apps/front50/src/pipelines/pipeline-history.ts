import { notFound } from '@gennaker/contracts/error';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { Queryable } from '@gennaker/store/database';
import { isDeepStrictEqual } from 'node:util';
import type { Front50 } from '../front50.ts';
import { type Change, changesBetween } from '../history/changes.ts';
import { type PipelineRow, pipelineView } from './pipeline-row.ts';
import { savePipeline } from './save-pipeline.ts';

type VersionRow = PipelineRow & { readonly deleted: boolean };
const COLUMNS = 'pipeline_id as id, kind, body, warnings, version, updated_at, updated_by, cron_ids, deleted';

/** Who saved a version, and when. */
export interface Version {
  readonly version: number;
  /** Epoch milliseconds, as text. */
  readonly updateTs: string;
  readonly lastModifiedBy: string;
  readonly deleted: boolean;
}

async function versions(client: Queryable, id: string, limit: number): Promise<VersionRow[]> {
  const { rows } = await client.query<VersionRow>(
    `select ${COLUMNS} from front50.pipeline_versions where pipeline_id = $1 order by version desc limit $2`,
    [id, limit],
  );
  return rows;
}

const versionOf = (row: VersionRow): Version => ({
  version: row.version,
  updateTs: row.updated_at,
  lastModifiedBy: row.updated_by,
  deleted: row.deleted,
});

/** Saved versions of a pipeline, newest first, also of a deleted one; empty for an unknown id. */
export async function pipelineHistory(client: Queryable, id: string, limit: number): Promise<Pipeline[]> {
  const rows = (await versions(client, id, limit)).filter((row) => !row.deleted);
  return rows.map((row) => ({ ...pipelineView(row), version: row.version }));
}

/** Versions of a pipeline, newest first, each with what it changed against the one before. */
export async function pipelineChanges(
  client: Queryable,
  id: string,
  limit: number,
): Promise<(Version & { changes: Change[] })[]> {
  const rows = await versions(client, id, limit + 1);
  return rows.slice(0, limit).map((row, index) => {
    const before = rows[index + 1];
    return {
      ...versionOf(row),
      changes: row.deleted || before === undefined ? [] : changesBetween(JSON.parse(before.body), JSON.parse(row.body)),
    };
  });
}

/** What differs between two versions. @throws ServiceError 404 for a version that is not there */
export async function pipelineDiff(
  client: Queryable,
  id: string,
  from: number,
  to: number,
): Promise<{ from: Version; to: Version; changes: Change[] }> {
  const [before, after] = [await versionNumbered(client, id, from), await versionNumbered(client, id, to)];
  return {
    from: versionOf(before),
    to: versionOf(after),
    changes: changesBetween(JSON.parse(before.body), JSON.parse(after.body)),
  };
}

async function versionNumbered(client: Queryable, id: string, version: number): Promise<VersionRow> {
  const { rows } = await client.query<VersionRow>(
    `select ${COLUMNS} from front50.pipeline_versions where pipeline_id = $1 and version = $2`,
    [id, version],
  );
  if (!rows[0])
    throw notFound(`There is no version ${version} of the pipeline "${id}"`, {
      field: 'version',
      fix: `see GET /pipelineConfigs/${id}/changes for those there are`,
    });
  return rows[0];
}

/** Saves an earlier version again, as the newest one, inside the caller's transaction. @throws ServiceError 404, and what a save throws */
export async function restorePipelineVersion(
  front50: Front50,
  client: Queryable,
  id: string,
  version: number,
  user: string,
): Promise<Pipeline> {
  const row = await versionNumbered(client, id, version);
  const saved = await savePipeline(front50, client, new TextEncoder().encode(row.body), {
    kind: row.kind,
    staleCheck: false,
    user,
    id,
  });
  return saved.pipeline;
}

/** Keys of a pipeline whose items have authors of their own. */
const LISTS = ['stages', 'triggers', 'parameterConfig', 'notifications', 'expectedArtifacts'] as const;

/** Who last changed each part of a pipeline: settings, and the items of its lists. Empty for an unknown id. */
export async function pipelineBlame(
  client: Queryable,
  id: string,
): Promise<(Omit<Version, 'deleted'> & { path: string })[]> {
  const rows = (await versions(client, id, 1_000)).filter((row) => !row.deleted);
  const [newest, ...older] = rows.map((row) => ({ row, parts: partsOf(JSON.parse(row.body)) }));
  if (!newest) return [];
  return [...newest.parts].map(([path, value]) => {
    let last = newest.row;
    for (const { row, parts } of older) {
      if (!isDeepStrictEqual(parts.get(path), value)) break;
      last = row;
    }
    const { deleted: _deleted, ...version } = versionOf(last);
    return { path, ...version };
  });
}

function partsOf(document: unknown): Map<string, unknown> {
  const parts = new Map<string, unknown>();
  for (const [key, value] of Object.entries((document ?? {}) as Readonly<Record<string, unknown>>)) {
    if (['id', 'updateTs', 'lastModifiedBy', 'version', 'index'].includes(key)) continue;
    if (!LISTS.some((list) => list === key) || !Array.isArray(value)) parts.set(key, value);
    else
      for (const [index, item] of value.entries()) {
        const known = item as Readonly<Record<string, unknown>> | null;
        const name = known?.['refId'] ?? known?.['id'] ?? known?.['name'] ?? index;
        parts.set(`${key}[${String(name)}]`, item);
      }
  }
  return parts;
}
