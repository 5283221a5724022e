import { z } from 'zod';
import { trafficRulesSchema } from './traffic-report.ts';

const seconds = z.coerce.number().min(0);
const flag = z.stringbool().or(z.boolean());

/** What all strategies that give a new server group the traffic read of a description. */
export const takeOverFields = {
  disableTraffic: flag.optional(),
  enableTraffic: flag.optional(),
  trafficOptions: z.string().optional(),
  delayBeforeDisableSec: seconds.nullish(),
  delayBeforeCleanup: seconds.nullish().describe('newer spelling of delayBeforeDisableSec'),
  scaleDown: flag.nullish().describe('older server groups lose their instances in the end'),
  delayBeforeScaleDownSec: seconds.nullish(),
} as const;

/** What strategies that go step by step judge the newcomer's traffic by. */
export const stepRulesFields = {
  rules: trafficRulesSchema
    .extend({
      maxFailureRatio: z.coerce.number().min(0).max(1).default(0.01),
      maxP99Ms: z.coerce.number().positive().optional(),
      minRequests: z.coerce.number().int().min(1).default(20),
    })
    .prefault({})
    .describe('traffic of the new server group that breaks them ends the deploy'),
  whenUndecided: z.enum(['fail', 'goOn']).default('fail').describe('what too little traffic for the rules means'),
} as const;

/** What of a cluster's description a strategy cannot work with. */
export interface StrategyProblem {
  /** Path of the field in the description. */
  readonly field: string;
  readonly message: string;
  readonly fix?: string;
}

/** What a description lacks or has wrong for a strategy's schema, or else contradicts itself in; expressions are not judged. */
export function settingsProblems<S extends z.ZodType>(
  schema: S,
  contradictions: ((settings: z.output<S>) => readonly StrategyProblem[]) | undefined,
  description: Readonly<Record<string, unknown>>,
): StrategyProblem[] {
  const parsed = schema.safeParse(description);
  if (parsed.success) return [...(contradictions?.(parsed.data) ?? [])];
  return parsed.error.issues
    .filter((issue) => !isExpression(valueAt(description, issue.path)))
    .map((issue) => ({ field: issue.path.map(String).join('.'), message: issue.message }));
}

/** The first of a strategy's percentages that is no more than the one before it. `field`: its path, of its index. */
export function risingProblems(
  percentages: readonly number[],
  field: (index: number) => string,
): readonly StrategyProblem[] {
  const at = percentages.findIndex((step, index) => index > 0 && step <= (percentages[index - 1] ?? 0));
  if (at < 0) return [];
  return [
    {
      field: field(at),
      message: `${percentages[at]} % is no more than the step before it`,
      fix: 'put the steps in rising order',
    },
  ];
}

const isExpression = (value: unknown): boolean => typeof value === 'string' && value.includes('${');

/** The value at a path, or the expression that stands in its place. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return at;
    at = new Map(Object.entries(at)).get(String(key));
  }
  return at;
}
