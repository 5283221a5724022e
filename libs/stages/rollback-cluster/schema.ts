import { monikerSchema } from '@gennaker/contracts/moniker';
import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

const flag = z.stringbool().or(z.boolean());
const seconds = z.coerce.number().min(0);

/** Inputs of rollbackCluster. */
export const rollbackClusterSchema = serverGroupStageSchema.extend({
  moniker: monikerSchema.partial().optional().describe('names the cluster, where `cluster` does not'),
  targetHealthyRollbackPercentage: z.coerce.number().min(0).max(100).optional(),
  waitTimeBetweenRegions: seconds.optional().describe('seconds after one region, before the next'),
  additionalRollbackContext: z
    .looseObject({
      enableAndDisableOnly: flag.optional(),
      disableOnly: flag.optional(),
      onlyEnabledServerGroups: flag.optional(),
      delayBeforeDisableSeconds: seconds.optional(),
    })
    .optional()
    .describe('for the rollback of each region'),
  rollbackTypes: z.record(z.string(), z.enum(['EXPLICIT', 'PREVIOUS_IMAGE'])).optional(),
  rollbackContexts: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
export type RollbackCluster = z.infer<typeof rollbackClusterSchema>;
