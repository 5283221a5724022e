import { z } from 'zod';

const hour = z.coerce.number().int().min(0).max(24);
const minute = z.coerce.number().int().min(0).max(59).default(0);
const seconds = z.coerce.number().int().min(0).max(604_800).default(0);

/** When a stage may run, in wall-clock time of a zone. */
export const executionWindowSchema = z.looseObject({
  days: z
    .array(z.coerce.number().int().min(1).max(7))
    .nullish()
    .describe('1 is Sunday, 7 is Saturday; none: every day'),
  whitelist: z
    .array(z.looseObject({ startHour: hour, startMin: minute, endHour: hour, endMin: minute }))
    .nullish()
    .describe('hours of a day; one that ends before it starts goes over midnight; none: the whole day'),
  timezone: z.string().min(1).nullish().describe('such as Europe/Berlin; absent: America/Los_Angeles'),
  jitter: z
    .looseObject({
      enabled: z.boolean().default(false),
      skipManual: z.boolean().default(false).describe('not when a person started the execution'),
      minDelay: seconds,
      maxDelay: seconds,
    })
    .nullish(),
});
export type ExecutionWindow = z.output<typeof executionWindowSchema>;

/** Settings of the stage that holds another one back until its window opens. */
export const timeWindowSchema = z.looseObject({
  restrictedExecutionWindow: executionWindowSchema.prefault({}),
  skipRemainingWait: z.coerce.boolean().optional().describe('set while it runs: goes on at once'),
  skipReason: z.string().optional(),
  skippedBy: z.string().optional(),
});
export type TimeWindow = z.output<typeof timeWindowSchema>;
