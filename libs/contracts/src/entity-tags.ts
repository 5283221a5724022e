import { z } from 'zod';
import { parseName } from './moniker.ts';
import { defineApi } from './route.ts';

/** What is tagged: a server group, a cluster, an application, a load balancer, a pipeline... */
export const entityRefSchema = z.looseObject({
  entityType: z.string().trim().min(1),
  entityId: z.string().trim().min(1),
  cloudProvider: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
  application: z.string().optional(),
});
export type EntityRef = z.infer<typeof entityRefSchema>;

/** A tag; names are told apart within their namespace. A notice of Spinnaker's UI is one whose value has a message. */
export const entityTagSchema = z.looseObject({
  name: z.string().min(1),
  namespace: z.string().min(1).default('default'),
  value: z.unknown(),
  category: z.string().optional(),
});
export type EntityTag = z.output<typeof entityTagSchema>;

/** An entity's tags, as they are kept. */
export const entityTagsSchema = z.looseObject({
  id: z.string(),
  entityRef: entityRefSchema,
  tags: z.array(entityTagSchema),
});

const tagMetadataSchema = z.object({
  name: z.string(),
  created: z.number().describe('epoch milliseconds'),
  createdBy: z.string(),
  lastModified: z.number(),
  lastModifiedBy: z.string(),
});

/** An entity's tags as they are shown, with who wrote each and when. */
export const entityTagsViewSchema = entityTagsSchema.extend({
  tagsMetadata: z.array(tagMetadataSchema),
  lastModified: z.number().describe('epoch milliseconds'),
  lastModifiedBy: z.string(),
});
export type EntityTagsView = z.infer<typeof entityTagsViewSchema>;

/** Tags to be put to an entity. */
export const upsertEntityTagsSchema = z.object({
  entityRef: entityRefSchema,
  tags: z.array(entityTagSchema).min(1),
  isPartial: z.boolean().default(true).describe('false: the entity has these tags alone then'),
});

/** Id of an entity's tags: its parts, with `*` for those that it does not have, in small letters. */
export function entityTagsId({ cloudProvider, entityType, entityId, account, region }: EntityRef): string {
  return [cloudProvider, entityType, entityId, account, region].map((part) => (part || '*').toLowerCase()).join(':');
}

/** Tags with others put to them: each takes the place of one of its name and namespace. */
export function putTags(kept: readonly EntityTag[], given: readonly EntityTag[]): EntityTag[] {
  const byName = new Map(given.map((tag) => [`${tag.namespace}:${tag.name}`, tag]));
  return [...kept.filter(({ namespace, name }) => !byName.has(`${namespace}:${name}`)), ...byName.values()];
}

/** The application that an entity belongs to: named, itself one, or as its name says; undefined where nothing tells. */
export function applicationOfEntity({ application, entityType, entityId }: EntityRef): string | undefined {
  if (application) return application.toLowerCase();
  if (entityType.toLowerCase() === 'application') return entityId.toLowerCase();
  // A pipeline's id tells nothing.
  return entityType.toLowerCase() === 'pipeline' ? undefined : parseName(entityId)?.app.toLowerCase();
}

const byId = z.object({ id: z.string() });

/** Front50's tags of entities. */
export const entityTagRoutes = defineApi({
  listEntityTags: {
    method: 'GET',
    path: '/tags',
    summary: 'Tags of entities, all or those that fit: by what the entity is, or `tag:NAME=VALUE` (`*`: any value)',
    query: z.looseObject({
      entityType: z.string().optional(),
      entityId: z.string().optional().describe('comma-separated list'),
      cloudProvider: z.string().optional(),
      account: z.string().optional(),
      region: z.string().optional(),
      application: z.string().optional(),
      namespace: z.string().optional(),
      maxResults: z.coerce.number().int().min(1).max(10_000).optional().describe('default 100'),
    }),
    response: z.array(entityTagsViewSchema),
  },
  getEntityTags: {
    method: 'GET',
    path: '/tags/:id',
    summary: "One entity's tags, by their id",
    params: byId,
    response: entityTagsViewSchema,
  },
  upsertEntityTags: {
    method: 'PUT',
    path: '/tags',
    summary: 'Put tags to an entity, each in the place of one of its name and namespace',
    body: upsertEntityTagsSchema,
    response: entityTagsViewSchema,
  },
  deleteEntityTags: {
    method: 'DELETE',
    path: '/tags/:id',
    summary: 'Take tags from an entity: those named, or all',
    params: byId,
    query: z.object({ tags: z.string().optional().describe('comma-separated names; absent: all of them') }),
  },
});
