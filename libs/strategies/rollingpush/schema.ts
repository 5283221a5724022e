import { z } from 'zod';

const count = z.coerce.number().int().min(0);
const flag = z.stringbool().or(z.boolean());

/** What rolling push reads of a cluster's description. */
export const rollingpushSchema = z.looseObject({
  termination: z
    .looseObject({
      relaunchAllInstances: flag.default(true),
      totalRelaunches: count.optional(),
      concurrentRelaunches: count.min(1).default(1).describe('instances that are replaced at a time'),
    })
    .prefault({}),
});
export type RollingPush = z.output<typeof rollingpushSchema>;
