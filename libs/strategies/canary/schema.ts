import {
  risingProblems,
  stepRulesFields,
  type StrategyProblem,
  takeOverFields,
} from '@gennaker/contracts/strategy-settings';
import { z } from 'zod';

const stepSchema = z.looseObject({
  percentage: z.coerce.number().int().min(1).max(99).describe('share of the new server group'),
  waitSeconds: z.coerce.number().min(0).default(60).describe('how long its traffic is watched'),
  judgment: z
    .union([z.boolean(), z.looseObject({ instructions: z.string().optional() })])
    .optional()
    .describe('a person has to say yes before it goes on'),
});

/** What canary reads of a cluster's description. */
export const canarySchema = z.looseObject({
  ...takeOverFields,
  canary: z
    .looseObject({
      by: z
        .enum(['traffic', 'instances'])
        .default('traffic')
        .describe('traffic: weights at the load balancer; instances: as many as give the share'),
      steps: z
        .array(stepSchema)
        .min(1)
        .prefault([{ percentage: 10 }, { percentage: 50 }]),
      ...stepRulesFields,
    })
    .prefault({}),
});
export type Canary = z.output<typeof canarySchema>['canary'];

/** Steps that do not rise. */
export const canaryProblems = ({ canary }: z.output<typeof canarySchema>): readonly StrategyProblem[] =>
  risingProblems(
    canary.steps.map(({ percentage }) => percentage),
    (at) => `canary.steps.${at}.percentage`,
  );
