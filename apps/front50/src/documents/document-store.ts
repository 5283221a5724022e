import type { DocumentKind } from '@gennaker/contracts/archive';
import { badRequest } from '@gennaker/contracts/error';
import type { Queryable } from '@gennaker/store/database';
import { type Change, changesBetween } from '../history/changes.ts';

/** A row of front50.documents or front50.document_versions. */
export interface DocumentRow {
  readonly id: string;
  readonly body: string;
  readonly version: number;
  /** Epoch milliseconds; bigint comes as text. */
  readonly updated_at: string;
  readonly updated_by: string;
  readonly created_at?: string;
  readonly deleted?: boolean;
}

/** What is to be kept. */
export interface NewDocument {
  readonly kind: DocumentKind;
  readonly id: string;
  /** What it is unique by within its kind. */
  readonly nameKey: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly user: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** `updateTs` of the version that was edited: refuses when another one is stored. */
  readonly edited?: string;
}

const COLUMNS = 'id, body, version, updated_at, updated_by, created_at';

/** Changes of one document follow each other, so that each is the next version of the one before. */
async function oneAtATime(client: Queryable, kind: DocumentKind, id: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [`front50.${kind}.id`, id]);
}

/** Adds a version of a document, inside the caller's transaction. @throws ServiceError 400 for a stale one or a name that is taken */
export async function saveDocument(client: Queryable, document: NewDocument): Promise<DocumentRow> {
  const { kind, id, nameKey, user } = document;
  await oneAtATime(client, kind, id);
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [`front50.${kind}`, nameKey]);
  const stored = await findDocument(client, kind, id);
  const last = stored ?? (await lastVersion(client, kind, id));
  if (document.edited !== undefined && stored && stored.updated_at !== document.edited)
    throw stale(kind, stored, await versionAt(client, kind, id, document.edited), document.body);
  const { rows: taken } = await client.query<{ id: string }>(
    'select id from front50.documents where kind = $1 and name_key = $2 and id <> $3',
    [kind, nameKey, id],
  );
  if (taken[0])
    throw badRequest(`There is another ${kind} of this name`, {
      field: 'name',
      fix: `choose another name, or send "id": "${taken[0].id}" to replace it`,
      existingId: taken[0].id,
    });
  const version = (last?.version ?? 0) + 1;
  const at = Math.max(document.now, Number(last?.updated_at ?? 0) + 1);
  const body = JSON.stringify(document.body);
  const { rows } = await client.query<DocumentRow>(
    `insert into front50.documents (kind, id, name_key, body, version, created_at, updated_at, updated_by)
     values ($1, $2, $3, $4, $5, $6, $6, $7)
     on conflict (kind, id) do update set name_key = excluded.name_key, body = excluded.body,
       version = excluded.version, updated_at = excluded.updated_at, updated_by = excluded.updated_by
     returning ${COLUMNS}`,
    [kind, id, nameKey, body, version, at, user],
  );
  await addVersion(client, kind, { id, body, version, updated_at: String(at), updated_by: user }, false);
  const [row] = rows;
  if (!row) throw new Error('The database answered no row');
  return row;
}

/** A document by its id, undefined when there is none. */
export async function findDocument(
  client: Queryable,
  kind: DocumentKind,
  id: string,
): Promise<DocumentRow | undefined> {
  const { rows } = await client.query<DocumentRow>(
    `select ${COLUMNS} from front50.documents where kind = $1 and id = $2`,
    [kind, id],
  );
  return rows[0];
}

/** A document by its unique name, undefined when there is none. */
export async function findDocumentNamed(
  client: Queryable,
  kind: DocumentKind,
  nameKey: string,
): Promise<DocumentRow | undefined> {
  const { rows } = await client.query<DocumentRow>(
    `select ${COLUMNS} from front50.documents where kind = $1 and name_key = $2`,
    [kind, nameKey],
  );
  return rows[0];
}

/** All documents of a kind, by name. */
export async function listDocuments(client: Queryable, kind: DocumentKind): Promise<DocumentRow[]> {
  const { rows } = await client.query<DocumentRow>(
    `select ${COLUMNS} from front50.documents where kind = $1 order by name_key`,
    [kind],
  );
  return rows;
}

/** Deletes a document; a version says who did it and when. Answers whether there was one. */
export async function deleteDocument(
  client: Queryable,
  kind: DocumentKind,
  id: string,
  by: { readonly user: string; readonly now: number },
): Promise<boolean> {
  await oneAtATime(client, kind, id);
  const { rows } = await client.query<DocumentRow>(
    `delete from front50.documents where kind = $1 and id = $2 returning ${COLUMNS}`,
    [kind, id],
  );
  const [row] = rows;
  if (!row) return false;
  const at = Math.max(by.now, Number(row.updated_at) + 1);
  await addVersion(
    client,
    kind,
    { ...row, version: row.version + 1, updated_at: String(at), updated_by: by.user },
    true,
  );
  return true;
}

/** Versions of a document, newest first, also of a deleted one. */
export async function documentHistory(
  client: Queryable,
  kind: DocumentKind,
  id: string,
  limit: number,
): Promise<DocumentRow[]> {
  const { rows } = await client.query<DocumentRow>(
    `select id, body, version, updated_at, updated_by, deleted from front50.document_versions
     where kind = $1 and id = $2 order by version desc limit $3`,
    [kind, id, limit],
  );
  return rows;
}

async function lastVersion(client: Queryable, kind: DocumentKind, id: string): Promise<DocumentRow | undefined> {
  return (await documentHistory(client, kind, id, 1))[0];
}

async function versionAt(
  client: Queryable,
  kind: DocumentKind,
  id: string,
  updatedAt: string,
): Promise<DocumentRow | undefined> {
  if (!/^\d{1,18}$/.test(updatedAt)) return undefined;
  const { rows } = await client.query<DocumentRow>(
    `select id, body, version, updated_at, updated_by from front50.document_versions
     where kind = $1 and id = $2 and updated_at = $3`,
    [kind, id, updatedAt],
  );
  return rows[0];
}

async function addVersion(client: Queryable, kind: DocumentKind, row: DocumentRow, deleted: boolean): Promise<void> {
  await client.query(
    `insert into front50.document_versions (kind, id, version, body, updated_at, updated_by, deleted)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [kind, row.id, row.version, row.body, row.updated_at, row.updated_by, deleted],
  );
}

function stale(
  kind: DocumentKind,
  stored: DocumentRow,
  base: DocumentRow | undefined,
  submitted: Readonly<Record<string, unknown>>,
): Error {
  const when = new Date(Number(stored.updated_at)).toISOString();
  const read = (row: DocumentRow): unknown => JSON.parse(row.body);
  const theirs: readonly Change[] = base ? changesBetween(read(base), read(stored)) : [];
  return badRequest(
    `The submitted ${kind} is stale: it was saved by ${stored.updated_by} at ${when}, after the version that was edited`,
    {
      field: 'updateTs',
      fix: 'load the current version and make the change again',
      stale: {
        updateTs: stored.updated_at,
        lastModifiedBy: stored.updated_by,
        version: stored.version,
        theirs,
        yours: base ? changesBetween(read(base), submitted) : [],
      },
    },
  );
}
