import { z } from 'zod';
import { capacitySchema, operationPreviewSchema } from './cloud-views.ts';
import { reasonSchema } from './execution.ts';

/** What traffic guards of today would say to a step of a strategy, with the cluster as the plan has it by then. */
export const plannedGuardSchema = z.object({
  step: z.number().int().describe('place in `steps`, from 0'),
  goingBack: z.boolean().describe('it is about the way back, should the deploy fail after that step'),
  outcome: z.enum(['passes', 'refuses', 'unknown']),
  reason: reasonSchema.describe('a refusal names the guard, the numbers and the way out'),
});
export type PlannedGuard = z.infer<typeof plannedGuardSchema>;

/** What a guard would say, as a sentence. */
export function plannedGuardText({ goingBack, outcome, reason: { summary, next } }: PlannedGuard): string {
  return `${goingBack ? 'Should it fail here, on the way back: ' : ''}${summary}${outcome === 'passes' || !next ? '' : `. ${next}`}`;
}

/** A server group that a deploy would make as things are now, and what its strategy would then do. */
export const plannedDeploySchema = z.object({
  account: z.string(),
  region: z.string(),
  cluster: z.string().describe('app-stack-detail'),
  serverGroupName: z.string().describe('the next free name as things are now'),
  image: z.string().optional().describe('absent: only a run can tell'),
  capacity: capacitySchema.optional().describe('instances in the end; absent: as many as the cloud gives'),
  strategy: z.string().optional(),
  replaces: z
    .object({
      serverGroupName: z.string(),
      capacity: capacitySchema,
      image: z.string().optional(),
      healthy: z.number().int().optional().describe('instances that are healthy now; absent: not known'),
    })
    .optional()
    .describe('what gets the requests now; absent: nothing of the cluster does'),
  steps: z.array(z.string()).describe('in their order'),
  guards: z
    .array(plannedGuardSchema)
    .describe('of the steps that take capacity away; none: no guard holds, or nothing is taken'),
});
export type PlannedDeploy = z.infer<typeof plannedDeploySchema>;

/** What a deploy replaces, as a part of a sentence: whatever has no healthy instance does not serve, though it gets the requests. */
export function replacedText({ replaces }: Pick<PlannedDeploy, 'replaces'>): string {
  if (!replaces) return 'nothing of the cluster serves now';
  const { serverGroupName, capacity, image, healthy } = replaces;
  const of = image ? ` of ${image}` : '';
  if (healthy === 0)
    return `${serverGroupName} gets the requests, and none of its ${capacity.desired} instances${of} is healthy`;
  const some = healthy !== undefined && healthy < capacity.desired ? `, ${healthy} of them healthy` : '';
  return `${serverGroupName} serves now with ${capacity.desired} instances${of}${some}`;
}

/** What one stage of a plan would do against live state. */
export const liveStageSchema = z.object({
  stageRefId: z.string(),
  name: z.string(),
  deploys: z.array(plannedDeploySchema),
  operations: z.array(operationPreviewSchema).describe('what clouds say of the operations that it would submit'),
  problems: z.array(z.string()).describe('why it would not go well as things are now, with numbers and way out'),
  locks: z.array(z.string()).describe('who changes its clusters now: it would wait for them'),
  notes: z.array(z.string()).describe('what was found, and what only a run can tell'),
  durationMs: z.object({ p50: z.number(), p90: z.number(), basis: z.number().int() }).optional(),
});
export type LiveStage = z.infer<typeof liveStageSchema>;

/** What the stages that have to do with clouds would do against live state. Nothing is changed, locked or stored. */
export const livePlanSchema = z.object({
  /** Set when clouds cannot be asked: nothing is known of live state. */
  unknown: reasonSchema.optional(),
  stages: z.array(liveStageSchema),
});
export type LivePlan = z.infer<typeof livePlanSchema>;
