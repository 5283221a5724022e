import { serverGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

/** Inputs of setStatefulDisk. */
export const setStatefulDiskStageSchema = serverGroupStageSchema.extend({
  deviceName: z.string().min(1).describe('a disk of the template'),
});
