import { z } from 'zod';

/** What a load balancer's health check asks of an instance. */
export const checkTargetSchema = z.object({
  name: z.string().optional(),
  type: z.string(),
  port: z.number().int().nullish().describe('absent: the port that is served'),
  path: z.string().nullish(),
});
export type CheckTarget = z.infer<typeof checkTargetSchema>;

/** Why an instance is not healthy, as far as it can be found out from here. */
export const healthFindingSchema = z.object({
  instance: z.string(),
  says: z
    .string()
    .optional()
    .describe('what it does, as a part of a sentence; absent: nothing is known beyond its health'),
  asks: checkTargetSchema.optional(),
  answers: z
    .array(z.object({ port: z.number().int(), path: z.string(), status: z.number().int() }))
    .optional()
    .describe('what it answered when clouddriver asked it'),
  misplaced: z.boolean().optional().describe('it answers elsewhere than where the health check asks'),
  console: z.array(z.string()).optional().describe('last lines of its console'),
});
export type HealthFinding = z.infer<typeof healthFindingSchema>;
