import { z } from 'zod';
import { defineApi } from './route.ts';

/** One difference between two versions of a document. */
export const changeSchema = z.object({
  path: z.string().describe('keys and, in lists, what an item is known by: stages[Bake].package'),
  kind: z.enum(['added', 'removed', 'changed', 'moved']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  sentence: z.string(),
});
export type Change = z.infer<typeof changeSchema>;

/** What the error of a stale save tells (`stale`): who saved meanwhile, both sides' changes, and paths that collide. */
export const staleSaveSchema = z.object({
  updateTs: z.string(),
  lastModifiedBy: z.string(),
  version: z.number().int(),
  deleted: z.boolean(),
  theirs: z.array(changeSchema),
  yours: z.array(changeSchema),
  conflicts: z.array(z.string()),
});
export type StaleSave = z.infer<typeof staleSaveSchema>;

const versionSchema = z.object({
  version: z.number().int(),
  updateTs: z.string().describe('epoch milliseconds'),
  lastModifiedBy: z.string(),
  deleted: z.boolean(),
});

/** What was deleted and can be brought back. */
export const deletedDocumentSchema = z.object({
  kind: z.enum(['application', 'pipeline', 'strategy', 'project', 'template']),
  id: z.string(),
  name: z.string(),
  application: z.string().optional(),
  version: z.number().int(),
  deletedBy: z.string(),
  deletedTs: z.string().describe('epoch milliseconds'),
});
export type DeletedDocument = z.infer<typeof deletedDocumentSchema>;

const limit = z.coerce.number().int().min(1).max(1000).optional();

/** Front50: what became of documents, and how they come back. */
export const documentHistoryRoutes = defineApi({
  pipelineChanges: {
    method: 'GET',
    path: '/pipelineConfigs/:id/changes',
    summary: "A pipeline's or strategy's versions, newest first, each with what it changed and who did it",
    params: z.object({ id: z.string() }),
    query: z.object({ limit }),
    response: z.array(versionSchema.extend({ changes: z.array(changeSchema) })),
  },
  pipelineDiff: {
    method: 'GET',
    path: '/pipelineConfigs/:id/diff',
    summary: 'What differs between two versions of a pipeline or strategy',
    params: z.object({ id: z.string() }),
    query: z.object({ from: z.coerce.number().int(), to: z.coerce.number().int() }),
    response: z.object({ from: versionSchema, to: versionSchema, changes: z.array(changeSchema) }),
  },
  pipelineBlame: {
    method: 'GET',
    path: '/pipelineConfigs/:id/blame',
    summary: 'Who last changed each stage, trigger and setting of a pipeline, and when',
    params: z.object({ id: z.string() }),
    response: z.array(versionSchema.omit({ deleted: true }).extend({ path: z.string() })),
  },
  restorePipelineVersion: {
    method: 'POST',
    path: '/pipelineConfigs/:id/restore',
    summary: 'Save an earlier version of a pipeline again, as the newest one',
    params: z.object({ id: z.string() }),
    body: z.object({ version: z.number().int() }),
    response: z.looseObject({ id: z.string().optional(), name: z.string(), application: z.string() }),
  },
  listDeleted: {
    method: 'GET',
    path: '/recycleBin',
    summary: 'What was deleted and can be restored, the last one first',
    query: z.object({ application: z.string().optional(), limit }),
    response: z.array(deletedDocumentSchema),
  },
  restoreDeleted: {
    method: 'POST',
    path: '/recycleBin/:kind/:id/restore',
    summary: 'Bring back what was deleted, as it was',
    params: z.object({ kind: deletedDocumentSchema.shape.kind, id: z.string() }),
    response: deletedDocumentSchema,
  },
});
