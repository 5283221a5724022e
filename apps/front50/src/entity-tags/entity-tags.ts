import { notFound } from '@gennaker/contracts/error';
import {
  applicationOfEntity,
  type entityTagRoutes,
  entityTagsId,
  entityTagsSchema,
  type EntityTagsView,
  putTags,
  type upsertEntityTagsSchema,
} from '@gennaker/contracts/entity-tags';
import type { Queryable } from '@gennaker/store/database';
import type { z } from 'zod';
import {
  deleteDocument,
  type DocumentRow,
  findDocument,
  listDocuments,
  saveDocument,
} from '../documents/document-store.ts';
import type { Front50 } from '../front50.ts';

type Query = z.output<(typeof entityTagRoutes)['listEntityTags']['query']>;
type Upsert = z.output<typeof upsertEntityTagsSchema>;
type Metadata = EntityTagsView['tagsMetadata'][number];

const MOST = 100;

function view(row: DocumentRow): EntityTagsView {
  const kept = JSON.parse(row.body) as { readonly tagsMetadata?: Metadata[] };
  return {
    ...entityTagsSchema.parse(kept),
    tagsMetadata: kept.tagsMetadata ?? [],
    lastModified: Number(row.updated_at),
    lastModifiedBy: row.updated_by,
  };
}

/** Tags of the entities that fit a question, by their id. */
export async function listEntityTags(client: Queryable, query: Query): Promise<EntityTagsView[]> {
  const all = (await listDocuments(client, 'entityTags')).map(view);
  return all.filter((one) => fits(one, query)).slice(0, query.maxResults ?? MOST);
}

function fits({ entityRef, tags }: EntityTagsView, query: Query): boolean {
  const same = (wanted: string | undefined, has: string | undefined): boolean =>
    wanted === undefined || wanted.toLowerCase() === (has ?? '').toLowerCase();
  const ids = query.entityId?.split(',').map((id) => id.toLowerCase());
  return (
    same(query.entityType, entityRef.entityType) &&
    (ids === undefined || ids.includes(entityRef.entityId.toLowerCase())) &&
    same(query.cloudProvider, entityRef.cloudProvider) &&
    same(query.account, entityRef.account) &&
    same(query.region, entityRef.region) &&
    same(query.application, applicationOfEntity(entityRef)) &&
    (query.namespace === undefined || tags.some(({ namespace }) => namespace === query.namespace)) &&
    Object.entries(query).every(([key, wanted]) => {
      if (!key.startsWith('tag:')) return true;
      const tag = tags.find(({ name }) => name === key.slice('tag:'.length));
      return tag !== undefined && (wanted === '*' || String(tag.value) === String(wanted));
    })
  );
}

/** One entity's tags. @throws ServiceError 404 */
export async function getEntityTags(client: Queryable, id: string): Promise<EntityTagsView> {
  const row = await findDocument(client, 'entityTags', id.toLowerCase());
  if (row) return view(row);
  throw notFound(`No entity has tags with the id "${id}"`, { field: 'id', fix: 'GET /tags lists those there are' });
}

/** Puts tags to an entity, inside the caller's transaction: each in the place of one of its name and namespace. */
export async function upsertEntityTags(
  front50: Front50,
  client: Queryable,
  { entityRef, tags, isPartial }: Upsert,
  user: string,
): Promise<EntityTagsView> {
  const id = entityTagsId(entityRef);
  // Two at once put to one entity what each of them says.
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', ['front50.entityTags', id]);
  const row = await findDocument(client, 'entityTags', id);
  const stored = row ? view(row) : undefined;
  const now = front50.clock.now();
  const kept = putTags(isPartial ? (stored?.tags ?? []) : [], tags);
  const earlier = new Map(stored?.tagsMetadata.map((one) => [one.name, one]));
  const tagsMetadata = kept.map((tag): Metadata => {
    const before = earlier.get(tag.name);
    if (before && !tags.includes(tag)) return before;
    const { created = now, createdBy = user } = before ?? {};
    return { name: tag.name, created, createdBy, lastModified: now, lastModifiedBy: user };
  });
  return save(front50, client, { id, entityRef, tags: kept, tagsMetadata }, user);
}

/** Takes tags from an entity, inside the caller's transaction; without names all of them. @throws ServiceError 404 */
export async function deleteEntityTags(
  front50: Front50,
  client: Queryable,
  id: string,
  names: readonly string[] | undefined,
  user: string,
): Promise<void> {
  const { tags, tagsMetadata, entityRef, id: own } = await getEntityTags(client, id);
  const left = names === undefined ? [] : tags.filter(({ name }) => !names.includes(name));
  if (left.length === 0) {
    await deleteDocument(client, 'entityTags', own, { user, now: front50.clock.now() });
    return;
  }
  const metadata = tagsMetadata.filter(({ name }) => left.some((tag) => tag.name === name));
  await save(front50, client, { id: own, entityRef, tags: left, tagsMetadata: metadata }, user);
}

async function save(
  front50: Front50,
  client: Queryable,
  body: Pick<EntityTagsView, 'id' | 'entityRef' | 'tags' | 'tagsMetadata'>,
  user: string,
): Promise<EntityTagsView> {
  const { id } = body;
  const now = front50.clock.now();
  return view(await saveDocument(client, { kind: 'entityTags', id, nameKey: id, body, user, now }));
}
