import { z } from 'zod';
import { cloudUndoSchema } from './cloud-undo.ts';
import { defineApi } from './route.ts';

/** What "undo this execution" would do now. */
export const undoPreviewSchema = cloudUndoSchema.extend({
  executionId: z.string(),
  application: z.string(),
  name: z.string(),
  sentence: z.string().describe('all of it in one sentence'),
  problems: z.array(z.string()).describe('why it cannot be started; none: it can'),
  children: z.array(z.string()).describe('executions that it started; each is undone by itself'),
  needsForce: z.boolean().describe('something drifted or cannot be taken back: a start must say force'),
});
export type UndoPreview = z.infer<typeof undoPreviewSchema>;

/** What is rolled back: a cluster, or the clusters that an execution deployed to. */
export const rollbackRequestSchema = z.object({
  account: z.string().optional(),
  cluster: z.string().optional(),
  regions: z.array(z.string()).optional().describe('absent: every region that the cluster is in'),
  executionId: z.string().optional(),
  serverGroup: z.string().optional().describe('goes out of service; absent: the newest enabled one'),
  restore: z.string().optional().describe('serves again; absent: what the other one replaced'),
});

/** What a rollback of a cluster in one region would do. */
export const regionRollbackSchema = z.object({
  account: z.string(),
  cluster: z.string(),
  region: z.string(),
  type: z.enum(['EXPLICIT', 'PREVIOUS_IMAGE']).optional(),
  from: z.string().optional(),
  restore: z.string().optional(),
  image: z.string().optional(),
  why: z.string().describe('the reason of the choice, or why there is none'),
  steps: z.array(z.string()).describe('in order, a sentence each'),
  warnings: z.array(z.string()),
  problem: z.string().optional(),
});
export type RegionRollback = z.infer<typeof regionRollbackSchema>;

/** What a rollback would do now. */
export const rollbackPreviewSchema = z.object({
  sentence: z.string(),
  regions: z.array(regionRollbackSchema),
  task: z
    .object({ application: z.string(), description: z.string(), job: z.array(z.looseObject({ type: z.string() })) })
    .optional()
    .describe('what starts it, for POST /tasks; absent: nothing can be rolled back'),
});
export type RollbackPreview = z.infer<typeof rollbackPreviewSchema>;

/** Rollback and undo: the same at gate and at orca. */
export const orcaUndoRoutes = defineApi({
  previewUndo: {
    method: 'GET',
    path: '/pipelines/:id/undo',
    summary: 'What taking back everything that an execution did to clouds would do now; nothing is started',
    params: z.object({ id: z.string() }),
    response: undoPreviewSchema,
  },
  startUndo: {
    method: 'POST',
    path: '/pipelines/:id/undo',
    summary: 'Take back what an execution did to clouds, the last change first',
    params: z.object({ id: z.string() }),
    body: z.object({ force: z.boolean().optional().describe('in spite of drift and of what cannot be taken back') }),
    response: z.object({ ref: z.string() }),
  },
  previewRollback: {
    method: 'POST',
    path: '/applications/:application/rollback/preview',
    summary: 'What a rollback of a cluster, or of what an execution deployed, would do now; nothing is started',
    params: z.object({ application: z.string() }),
    body: rollbackRequestSchema,
    response: rollbackPreviewSchema,
  },
});
