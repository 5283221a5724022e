import { type StrategyProblem, takeOverFields } from '@gennaker/contracts/strategy-settings';
import { z } from 'zod';

/** Instances, or a percentage of them. */
const bound = z.union([
  z.coerce.number().int().min(0),
  z.string().regex(/^\d{1,3}(\.\d+)?%$/, 'a whole number, or a percentage such as 25%'),
]);

/** What rolling reads of a cluster's description. */
export const rollingSchema = z.looseObject({
  ...takeOverFields,
  maxSurge: bound.default(1).describe('instances that there may be beyond the size, or a percentage of it'),
  maxUnavailable: bound.default(0).describe('instances that may be missing meanwhile, or a percentage'),
  waitBetweenSteps: z.coerce.number().min(0).default(0).describe('seconds before anything is taken from the old one'),
});
export type Rolling = z.output<typeof rollingSchema>;

/** Bounds within which nothing can move. */
export function rollingProblems({ maxSurge, maxUnavailable }: Rolling): readonly StrategyProblem[] {
  if ([maxSurge, maxUnavailable].some((each) => Number.parseFloat(String(each)) !== 0)) return [];
  return [
    {
      field: 'maxSurge',
      message: 'without an instance more, and none that may be missing, nothing can move',
      fix: 'set maxSurge or maxUnavailable to at least 1',
    },
  ];
}
