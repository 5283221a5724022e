import { z } from 'zod';
import { capacitySchema, serverGroupSchema } from './cloud-views.ts';
import { reasonSchema } from './execution.ts';

/** What of a server group is held, as it was before: it comes back with the hold's release. */
const heldStateSchema = z.object({
  capacity: capacitySchema.optional(),
  percentage: z.number().optional().describe('the part that served; 0: it was disabled'),
});

/** A server group as it is now, or as it would be after operations that were foreseen. */
export const foreseenGroupSchema = z.object({
  view: serverGroupSchema,
  percentage: z.number().min(0).max(100).optional().describe('the part of its capacity that serves; absent: all'),
  held: z.record(z.string(), heldStateSchema).optional().describe('what it was before each hold, by their names'),
});
export type ForeseenGroup = z.infer<typeof foreseenGroupSchema>;

/** Operations on one cluster, and its server groups as they would be by then. */
export const foresightRequestSchema = z.object({
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
  groups: z.array(foreseenGroupSchema).optional().describe('absent: as the cloud shows them now'),
  operations: z.array(z.record(z.string(), z.record(z.string(), z.unknown()))),
});
export type ForesightRequest = z.infer<typeof foresightRequestSchema>;

/** What traffic guards would say to operations, and what the cluster would be after them. */
export const foresightSchema = z.object({
  groups: z.array(foreseenGroupSchema).describe('after the operations, or after those before the refused one'),
  guarded: z.boolean().describe('does a guard hold for the cluster today?'),
  refusal: reasonSchema.optional(),
  passed: z.array(reasonSchema).describe('operations that take capacity away, and what they leave'),
  unknown: z.string().optional().describe('why it cannot be told, as a sentence without its end'),
});
export type Foresight = z.infer<typeof foresightSchema>;
