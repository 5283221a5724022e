import { z } from 'zod';
import { reasonSchema } from './execution.ts';
import { defineApi } from './route.ts';
import { statusSchema } from './status.ts';

/** Instances of a server group that the lab plays with at most. */
export const LAB_MOST_INSTANCES = 20;

/** What happens meanwhile. */
export const labScenarioSchema = z.enum(['goesWell', 'neverHealthy', 'answersErrors', 'instanceCrashes']);
export type LabScenario = z.infer<typeof labScenarioSchema>;

/** A deploy to be simulated. */
export const labRequestSchema = z.object({
  application: z.string().min(1),
  cluster: z.looseObject({}).describe('a cluster of a deploy stage: its strategy and settings count, not its place'),
  instances: z
    .object({
      before: z.number().int().min(1).max(LAB_MOST_INSTANCES),
      after: z.number().int().min(1).max(LAB_MOST_INSTANCES),
    })
    .describe('of the server group that serves before, and of the one that is deployed'),
  scenario: labScenarioSchema.default('goesWell'),
});
export type LabRequest = z.infer<typeof labRequestSchema>;

const milliseconds = z.number().int().min(0).describe('milliseconds since the deploy began');
const count = z.number().min(0);

/** One period of the simulation; `at` is its end. */
export const labPointSchema = z.object({
  at: milliseconds,
  old: count.describe('instances of the old version, booting and stopping ones too'),
  new: count,
  serving: count.describe('the least capacity that took requests in the period, in instances'),
  requests: z.object({
    old: count.describe('answered without an error by the old version'),
    new: count,
    failed: count.describe('answered with an error, or by nobody'),
  }),
});
export type LabPoint = z.infer<typeof labPointSchema>;

/** A stage of the deploy, as it ran. */
export const labStepSchema = z.object({
  name: z.string(),
  type: z.string(),
  from: milliseconds,
  to: milliseconds.optional(),
  status: statusSchema,
  afterFailure: z.boolean().describe('it takes the deploy back'),
});
export type LabStep = z.infer<typeof labStepSchema>;

/** What must hold, and whether it did. */
export const labInvariantSchema = z.object({
  id: z.enum(['total', 'serving', 'healthyOnly', 'ends', 'nothingLeft']),
  holds: z.boolean(),
  sentence: z.string(),
});
export type LabInvariant = z.infer<typeof labInvariantSchema>;

/** A simulated deploy. */
export const labResultSchema = z.object({
  strategy: z.string(),
  scenario: labScenarioSchema,
  status: statusSchema.describe('of the deploy stage'),
  summary: z.string().describe('how it ended and what became of the requests, as one sentence'),
  reason: reasonSchema.optional().describe('why it failed'),
  durationMs: milliseconds,
  stepMs: z.number().int().positive().describe('length of a period'),
  points: z.array(labPointSchema),
  steps: z.array(labStepSchema).describe('in the order of their beginnings'),
  invariants: z.array(labInvariantSchema),
  assumptions: z.array(z.string()).describe('what the simulation takes for granted, as sentences'),
});
export type LabResult = z.infer<typeof labResultSchema>;

/** The strategy lab: a deploy played by the real engine and strategy on a simulated cloud. */
export const strategyLabRoutes = defineApi({
  simulateStrategy: {
    method: 'POST',
    path: '/strategies/simulate',
    summary:
      'Plays a deploy on a simulated cloud in virtual time: capacity and traffic over time, and what held; nothing real is touched',
    body: labRequestSchema,
    response: labResultSchema,
  },
});
