import { z } from 'zod';

/** How an execution ended, in a trigger's words. */
export const endSchema = z.enum(['successful', 'failed', 'canceled', 'suspended']);

/** Starts when an execution of another pipeline has ended. */
export const pipelineTriggerSchema = z.looseObject({
  type: z.literal('pipeline'),
  enabled: z.boolean().optional(),
  id: z.string().optional(),
  application: z.string().optional().describe('of the other pipeline'),
  pipeline: z.string().min(1).describe('id of the other pipeline'),
  status: z.array(endSchema).min(1).describe('how its execution has to have ended'),
  dryRun: z.boolean().optional(),
});
export type PipelineTrigger = z.infer<typeof pipelineTriggerSchema>;
