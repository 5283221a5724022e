import { serverGroupStageSchema, sourceServerGroupSchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

const count = z.coerce.number().int().min(0);
const flag = z.stringbool().or(z.boolean());
const capacitySchema = z.object({ min: count, max: count, desired: count });

/** What a resize does to the size that a server group has. */
export const RESIZE_ACTIONS = [
  'scale_exact',
  'scale_up',
  'scale_down',
  'scale_to_cluster',
  'scale_to_server_group',
] as const;

/** Inputs of resizeServerGroup. */
export const resizeServerGroupSchema = serverGroupStageSchema.extend({
  action: z.enum(RESIZE_ACTIONS).default('scale_exact'),
  resizeType: z.string().optional().describe('`exact`, `pct`, `incr`: how forms show the settings'),
  capacity: z
    .looseObject({ min: count.nullish(), max: count.nullish(), desired: count.nullish() })
    .optional()
    .describe('of scale_exact; what is left out stays as it is'),
  targetSize: count.optional().describe('as capacity.desired'),
  scalePct: z.coerce.number().min(0).optional().describe('percent of the present size'),
  scaleNum: count.optional().describe('instances'),
  source: sourceServerGroupSchema.optional().describe('of scale_to_server_group'),
  pinCapacity: flag.optional().describe('min and max become the new size'),
  pinMinimumCapacity: flag.optional().describe('min becomes the new size'),
  unpinMinimumCapacity: flag.optional().describe('min becomes what it was before an earlier stage pinned it'),
  writeMetadata: flag.optional().describe("true keeps the bounds in the template's metadata too"),
  autoscalingMode: z.string().optional().describe('mode of the autoscaler afterwards: ON, OFF or ONLY_SCALE_OUT'),
  targetCapacities: z
    .array(
      z.object({
        account: z.string(),
        region: z.string(),
        serverGroupName: z.string(),
        capacity: capacitySchema,
        before: capacitySchema,
      }),
    )
    .optional(),
});
export type ResizeServerGroup = z.infer<typeof resizeServerGroupSchema>;
export type Capacity = z.infer<typeof capacitySchema>;
