import { serverGroupStageSchema, sourceServerGroupSchema } from '@gennaker/contracts/server-group-stage';
import type { z } from 'zod';

/** Inputs of captureSourceServerGroupCapacity: a server group by name or target, or Spinnaker's `source`. */
export const stageSchema = serverGroupStageSchema
  .extend({
    source: sourceServerGroupSchema.optional().describe('the server group, in place of the fields beside'),
  })
  .transform((stage) => {
    const { source } = stage;
    if (!source) return stage;
    const account = source.credentials ?? source.account;
    const name = source.serverGroupName ?? source.asgName;
    return {
      ...stage,
      ...(account ? { credentials: account } : {}),
      ...(source.region ? { region: source.region, regions: [source.region] } : {}),
      ...(name ? { serverGroupName: name } : {}),
    };
  });
export type Stage = z.output<typeof stageSchema>;
