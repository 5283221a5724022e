import { jsonObject } from '@gennaker/contracts/execution';
import { z } from 'zod';

/** Inputs of undoOperation: one operation of a cloud, as an undo wants it. */
export const undoOperationSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  credentials: z.string(),
  operation: z.string().describe('name of the operation that takes another one back'),
  description: jsonObject,
  clusterLocks: z.unknown().optional(),
});
export type UndoOperation = z.infer<typeof undoOperationSchema>;
