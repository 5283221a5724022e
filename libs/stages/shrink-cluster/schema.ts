import { clusterStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

const flag = z.stringbool().or(z.boolean());

/** Inputs of shrinkCluster. */
export const shrinkClusterSchema = clusterStageSchema.extend({
  shrinkToSize: z.coerce.number().int().min(0).default(1),
  allowDeleteActive: flag.default(false),
  retainLargerOverNewer: flag.optional(),
  runDisableClusterStep: flag.optional().describe('false: what is destroyed while it serves is not disabled before'),
});
