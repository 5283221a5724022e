import { z } from 'zod';

export const COMPARISONS = ['<', '<=', '==', '>=', '>'] as const;

const common = { failPipeline: z.boolean().optional() };

/** One precondition. Spinnaker keeps its settings under `context`. */
export const preconditionSchema = z.discriminatedUnion('type', [
  z.looseObject({
    ...common,
    type: z.literal('expression'),
    context: z.looseObject({
      expression: z.unknown().describe('must be true; with or without ${}'),
      failureMessage: z.string().optional(),
    }),
  }),
  z.looseObject({
    ...common,
    type: z.literal('stageStatus'),
    context: z.looseObject({ stageName: z.string(), stageStatus: z.string() }),
  }),
  z.looseObject({
    ...common,
    type: z.literal('clusterSize'),
    context: z.looseObject({
      cluster: z.string(),
      credentials: z.string(),
      regions: z.array(z.string()).min(1),
      comparison: z.enum(COMPARISONS).default('=='),
      expected: z.coerce.number().int(),
      onlyEnabledServerGroups: z.boolean().optional(),
    }),
  }),
]);
export type Precondition = z.output<typeof preconditionSchema>;

/** Settings of the stage; `preconditionType` and `context` are those of a child, which checks one precondition. */
export const checkPreconditionsSchema = z.looseObject({
  preconditions: z.array(preconditionSchema).default([]),
  preconditionType: z.string().optional(),
  context: z.looseObject({}).optional(),
});
export type CheckPreconditions = z.output<typeof checkPreconditionsSchema>;
