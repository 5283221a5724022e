import { z } from 'zod';
import { jsonObject } from './execution.ts';
import { defineApi } from './route.ts';

/** What front50 keeps beside applications, pipelines and strategies. */
export const documentKindSchema = z.enum(['template', 'project', 'notifications', 'entityTags', 'canaryConfig']);
export type DocumentKind = z.infer<typeof documentKindSchema>;

const keptPipeline = z.object({
  id: z.string(),
  text: z.string().describe('exactly as it was received'),
  index: z.number().int().optional().describe("its place in its application's list"),
  cronIds: z
    .array(z.string().nullable())
    .default([])
    .describe('by the index of a trigger: the id of a cron trigger whose text has none'),
});

/**
 * Everything that front50 keeps, as it was last saved; whoever saved it and when are no part of it. Lists that are
 * absent are empty: a part of an archive is an archive.
 */
export const archiveSchema = z.object({
  archive: z.literal('gennaker/1'),
  applications: z.array(jsonObject.and(z.object({ name: z.string() }))).default([]),
  documents: z.array(z.object({ kind: documentKindSchema, id: z.string(), body: jsonObject })).default([]),
  pipelines: z.array(keptPipeline).default([]),
  strategies: z.array(keptPipeline).default([]),
});
export type Archive = z.infer<typeof archiveSchema>;

/** What became of an archive. */
export const restoredArchiveSchema = z.object({
  restored: z.number().int(),
  refused: z.array(
    z.object({
      what: z.string().describe('kind and id'),
      message: z.string(),
      field: z.string().optional(),
      fix: z.string().optional(),
    }),
  ),
});
export type RestoredArchive = z.infer<typeof restoredArchiveSchema>;

/** One archive of everything, for administrators. */
export const archiveRoutes = defineApi({
  readArchive: {
    method: 'GET',
    path: '/archive',
    summary:
      'Applications, pipelines, strategies, projects, notifications, templates, entity tags and canary configurations in one document',
    response: archiveSchema,
    answers: 'stream',
  },
  restoreArchive: {
    method: 'POST',
    path: '/archive',
    summary:
      'Put everything of an archive, or of a part of one, into this system under its ids; what is refused is told',
    body: archiveSchema,
    response: restoredArchiveSchema,
  },
});
