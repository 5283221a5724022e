import { secretReferenceSchema } from '@gennaker/contracts/cloud-accounts';
import { z } from 'zod';

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Schedules of cron triggers. */
export const cronSettingsSchema = z.strictObject({
  timezone: z
    .string()
    .refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin')
    .default('America/Los_Angeles')
    .describe('of schedules that name none'),
  missedRunsMinutes: z
    .number()
    .min(0)
    .max(7 * 24 * 60)
    .default(10)
    .describe('how far back runs are made up for that fell into a time when nothing was there to start them'),
});
export type CronSettings = z.output<typeof cronSettingsSchema>;

/** A time in which triggers rest, for the pipelines that respect it. */
export const quietPeriodSchema = z
  .strictObject({
    enabled: z.boolean().default(true),
    startIso: z.iso.datetime({ offset: true }),
    endIso: z.iso.datetime({ offset: true }),
    suppressedTriggerTypes: z
      .array(z.string().min(1))
      .min(1)
      .describe('triggers of these types start nothing meanwhile, of pipelines with "respectQuietPeriod": true'),
  })
  .refine(({ startIso, endIso }) => Date.parse(startIso) < Date.parse(endIso), {
    path: ['endIso'],
    message: 'must be after startIso',
  });
export type QuietPeriod = z.output<typeof quietPeriodSchema>;

/** A stream of Redis that messages are read from. */
const subscriptionSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be letters, digits and . _ -'),
  stream: z.string().min(1).describe('key of the stream'),
  url: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis or rediss address' })
    .refine((url) => new URL(url).password === '', 'must hold no password: name where it is in "password"')
    .optional()
    .describe("absent: the system's own Redis"),
  password: secretReferenceSchema.optional().describe('where the password is; never the password itself'),
  group: z.string().min(1).default('gennaker').describe('consumer group; its members share the messages'),
  payloadField: z.string().min(1).default('payload').describe('field with the JSON; the others are attributes'),
});
export type Subscription = z.output<typeof subscriptionSchema>;

export const pubsubSettingsSchema = z.strictObject({
  redis: z
    .strictObject({ subscriptions: z.array(subscriptionSchema).default([]) })
    .refine(
      ({ subscriptions }) => new Set(subscriptions.map(({ name }) => name.toLowerCase())).size === subscriptions.length,
      'must have subscriptions with names of their own',
    )
    .default({ subscriptions: [] }),
});
export type PubsubSettings = z.output<typeof pubsubSettingsSchema>;
