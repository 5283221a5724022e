import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of upsertServerGroupTags. */
export const upsertServerGroupTagsStageSchema = serverGroupStageSchema.extend({
  tags: z.array(z.string()).describe('network tags, which firewalls match: all that the instances shall have'),
});
