import { z } from 'zod';

/** Starts at the times of a schedule. */
export const cronTriggerSchema = z.looseObject({
  type: z.literal('cron'),
  enabled: z.boolean().optional(),
  id: z.string().optional().describe('given when it is saved; spreads H and keeps its runs apart'),
  cronExpression: z
    .string()
    .trim()
    .min(1)
    .describe("in Quartz's words: second, minute, hour, day of month, month, day of week and, if wanted, year"),
  timezone: z
    .string()
    .trim()
    .optional()
    .describe('IANA name, such as Europe/Berlin; absent: `cron.timezone` of gennaker.yml'),
  parameters: z.record(z.string(), z.unknown()).optional().describe('for the parameters of the pipeline'),
});
export type CronTrigger = z.infer<typeof cronTriggerSchema>;
