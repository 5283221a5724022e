import { z } from 'zod';
import { operationPreviewSchema } from './cloud-views.ts';
import { jsonObject } from './execution.ts';
import { holdSchema } from './holds.ts';
import { defineApi } from './route.ts';

/** One operation that an undo does. */
export const undoStepSchema = z.object({
  provider: z.string(),
  account: z.string(),
  operation: z.string(),
  description: jsonObject,
  sentence: z.string().describe('what it does: "resizes hello-v001 in us-central1 to 4"'),
  preview: operationPreviewSchema.describe('what it would do to what is live now'),
  settled: z.boolean().describe('it would change nothing: everything is so already'),
});
export type UndoStep = z.infer<typeof undoStepSchema>;

/** One change of an execution, and what takes it back. */
export const undoEntrySchema = z.object({
  operationId: z.string(),
  stageId: z.string().optional(),
  operation: z.string(),
  account: z.string(),
  did: z.string().describe('what it did'),
  at: z.number().describe('when it ended, epoch milliseconds'),
  steps: z.array(undoStepSchema).describe('what takes it back, in order'),
  left: z.string().optional().describe('why nothing is done about it'),
  impossible: z.string().optional().describe('why it cannot be taken back, and what to do instead'),
});
export type UndoEntry = z.infer<typeof undoEntrySchema>;

/** What an undo of an execution would do to the clouds now: its changes, the last one first. */
export const cloudUndoSchema = z.object({
  entries: z.array(undoEntrySchema),
  drift: z.array(z.string()).describe('what differs from how the execution left it, a sentence each'),
  underWay: z.array(z.string()).describe('operations of it that have not ended'),
});
export type CloudUndo = z.infer<typeof cloudUndoSchema>;

/** Holds, the same at gate and at clouddriver. */
export const cloudHoldRoutes = defineApi({
  listHolds: {
    method: 'GET',
    path: '/applications/:application/holds',
    summary: "Temporary changes of an application's server groups, which will be undone",
    params: z.object({ application: z.string() }),
    response: z.array(holdSchema),
  },
  releaseHold: {
    method: 'POST',
    path: '/holds/:id/release',
    summary: 'Undo a temporary change now',
    params: z.object({ id: z.string() }),
    response: z.object({ id: z.string().describe('of the operation'), resourceUri: z.string() }),
  },
});

/** What orca asks of clouddriver about an execution. */
export const cloudExecutionRoutes = defineApi({
  executionEnded: {
    method: 'POST',
    path: '/executions/:id/ended',
    summary: 'An execution has ended: what it holds is released',
    params: z.object({ id: z.string() }),
    status: 202,
  },
  undoOfExecution: {
    method: 'GET',
    path: '/executions/:id/undo',
    summary: 'What would take back what an execution did to clouds, against what is live now',
    params: z.object({ id: z.string() }),
    response: cloudUndoSchema,
  },
});
