import { z } from 'zod';

const millis = z.number().describe('epoch milliseconds');

/** Who changes a cluster or waits to: a stage of an execution, or an operation by itself. */
const partySchema = z.object({
  holder: z.string(),
  reason: z.string().describe('what it does'),
  since: millis.optional(),
  executionId: z.string().optional(),
  stageId: z.string().optional(),
});

/** The lock of one cluster in one region, with the queue behind its holder in its order. */
export const clusterLockSchema = partySchema.extend({
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
  epoch: z.number().int(),
  expires: millis.describe('unless the holder renews it before'),
  waiting: z.array(partySchema),
});
export type ClusterLock = z.infer<typeof clusterLockSchema>;
