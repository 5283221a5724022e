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

/** The last version of everything, where that is its deletion. */
const DELETED = `
  select * from (
    (select distinct on (pipeline_id) kind, pipeline_id as id, name, application, version, updated_at, updated_by,
       body, deleted
     from front50.pipeline_versions order by pipeline_id, version desc)
    union all
    (select distinct on (application_id) 'application', application_id, application_id, application_id, version,
       (extract(epoch from updated_at) * 1000)::bigint, updated_by, attributes::text, deleted
     from front50.application_versions order by application_id, version desc)
    union all
    (select distinct on (kind, id) kind, id, coalesce(body::jsonb ->> 'name', body::jsonb -> 'metadata' ->> 'name', id),
       null, version, updated_at, updated_by, body, deleted
     from front50.document_versions where kind in ('project', 'template') order by kind, id, version desc)
  ) as last where deleted`;

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
