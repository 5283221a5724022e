import type { StrategyProblem } from '@gennaker/contracts/strategy-settings';
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

/** A part of the instances that would stay behind for good. */
export function rollingpushProblems({ termination }: RollingPush): readonly StrategyProblem[] {
  if (termination.relaunchAllInstances || (termination.totalRelaunches ?? 0) === 0) return [];
  return [
    {
      field: 'termination.totalRelaunches',
      message: 'a part of the instances cannot be replaced: the server group would run two versions for good',
      fix: 'set relaunchAllInstances, or use the strategy canary',
    },
  ];
}
