import type { DeletedDocument } from '@gennaker/contracts/document-history';
import { badRequest, notFound } from '@gennaker/contracts/error';
import type { Queryable } from '@gennaker/store/database';
import { upsertApplication } from '../applications/upsert-application.ts';
import { saveDocument } from '../documents/document-store.ts';
import type { Front50 } from '../front50.ts';
import type { PipelineKind } from '../pipelines/pipeline-row.ts';
import { savePipeline } from '../pipelines/save-pipeline.ts';
import { upsertProject } from '../projects/projects.ts';

interface DeletedRow {
  readonly kind: DeletedDocument['kind'];
  readonly id: string;
  readonly name: string;
  readonly application: string | null;
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by: string;
  readonly body: string;
}

/** Deletions that nothing came after: of everything that was ever deleted, not of all versions. */
const DELETED = `
  select * from (
    (select kind, pipeline_id as id, name, application, version, updated_at, updated_by, body
     from front50.pipeline_versions last where deleted and not exists (
       select from front50.pipeline_versions v where v.pipeline_id = last.pipeline_id and v.version > last.version))
    union all
    (select 'application', application_id, application_id, application_id, version,
       (extract(epoch from updated_at) * 1000)::bigint, updated_by, attributes::text
     from front50.application_versions last where deleted and not exists (
       select from front50.application_versions v where v.application_id = last.application_id and v.version > last.version))
    union all
    (select kind, id, coalesce(body::jsonb ->> 'name', body::jsonb -> 'metadata' ->> 'name', id),
       null, version, updated_at, updated_by, body
     from front50.document_versions last where deleted and kind in ('project', 'template') and not exists (
       select from front50.document_versions v where v.kind = last.kind and v.id = last.id and v.version > last.version))
  ) as last where true`;

/** What was deleted and can be restored, the last one first. */
export async function listDeleted(
  client: Queryable,
  filter: { readonly application?: string | undefined; readonly limit: number },
): Promise<DeletedDocument[]> {
  const { rows } = await client.query<DeletedRow>(
    `${DELETED} and ($1::text is null or application = $1) order by updated_at desc, id limit $2`,
    [filter.application?.toLowerCase() ?? null, filter.limit],
  );
  return rows.map(view);
}

function view(row: DeletedRow): DeletedDocument {
  return {
    kind: row.kind,
    id: row.id,
    name: row.name,
    ...(row.application === null ? {} : { application: row.application }),
    version: row.version,
    deletedBy: row.updated_by,
    deletedTs: row.updated_at,
  };
}

/**
 * Brings back what was deleted, as a new version, inside the caller's transaction. An application comes back without its
 * pipelines, which are restored by themselves.
 * @throws ServiceError 404 for what is not in the recycle bin, and what a save throws (a name that is taken meanwhile)
 */
export async function restoreDeleted(
  front50: Front50,
  client: Queryable,
  kind: DeletedDocument['kind'],
  id: string,
  user: string,
): Promise<DeletedDocument> {
  const { rows } = await client.query<DeletedRow>(`${DELETED} and kind = $1 and id = $2`, [kind, id]);
  const [row] = rows;
  if (!row)
    throw notFound(`There is no deleted ${kind} "${id}"`, {
      field: 'id',
      fix: 'GET /recycleBin lists what can be restored',
    });
  const body = JSON.parse(row.body) as Readonly<Record<string, unknown>>;
  if (kind === 'application') await upsertApplication(front50, client, id, body, user);
  else if (kind === 'project') await upsertProject(front50, client, { ...body, id }, user);
  else if (kind === 'template')
    await saveDocument(client, { kind, id, nameKey: id.toLowerCase(), body, user, now: front50.clock.now() });
  else if (isPipelineKind(kind))
    await savePipeline(front50, client, new TextEncoder().encode(row.body), { kind, staleCheck: false, user, id });
  else throw badRequest(`A ${String(kind)} cannot be restored`);
  return view(row);
}

function isPipelineKind(kind: string): kind is PipelineKind {
  return kind === 'pipeline' || kind === 'strategy';
}
