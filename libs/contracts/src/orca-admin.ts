import { z } from 'zod';
import { jsonObject, reasonSchema } from './execution.ts';
import { defineApi } from './route.ts';

const millis = z.number().describe('epoch milliseconds');

/** A process that works on executions, from its heartbeat. */
export const workerSchema = z.object({
  owner: z.string(),
  instance: z.string(),
  startedAt: millis,
  seenAt: millis,
  held: z.number().int(),
  draining: z.boolean(),
});

/** The engine's own health: counts, lag, and what needed help. */
export const engineHealthSchema = z.object({
  /** While true no process begins anything: what runs comes to rest at its next step. */
  pausedAll: z.object({ by: z.string(), at: millis, reason: z.string().optional() }).optional(),
  executions: z.object({
    running: z.number().int(),
    waiting: z.number().int(),
    queued: z.number().int(),
    paused: z.number().int(),
  }),
  /** Executions that are due and that nobody works on. */
  depth: z.number().int(),
  /** How late the oldest of these is, ms. */
  lagMs: z.number(),
  /** What the sweepers of the living processes found, by cause: nothing while nothing fails. */
  rescues: z.record(z.string(), z.number()),
  setAside: z.number().int(),
  workers: z.array(workerSchema),
});
export type EngineHealth = z.infer<typeof engineHealthSchema>;

/** An execution that failed the engine itself and was set aside, with the evidence. */
export const setAsideSchema = z.object({
  executionId: z.string(),
  application: z.string(),
  name: z.string(),
  attempts: z.number().int(),
  at: millis,
  reason: reasonSchema,
  /** The error with its stack, and the letter that it came from. */
  evidence: jsonObject,
});
export type SetAside = z.infer<typeof setAsideSchema>;

/** What a retention run removed, or would remove. */
export const retentionReportSchema = z.object({
  dryRun: z.boolean(),
  /** Policy that was applied, with its defaults filled in. */
  policy: z.object({ days: z.number(), keepPerPipeline: z.number().int() }),
  executions: z.number().int(),
  events: z.number().int(),
  bytes: z.number(),
  oldest: millis.optional(),
});
export type RetentionReport = z.infer<typeof retentionReportSchema>;

const by = z.object({ reason: z.string().optional() });
const executionId = z.object({ id: z.string() });

/** Administration of the engine; gate has the same paths, for administrators. */
export const orcaAdminRoutes = defineApi({
  engineHealth: {
    method: 'GET',
    path: '/admin/engine',
    summary: 'Queue depth and lag, rescues, workers, and what was set aside',
    response: engineHealthSchema,
  },
  pauseAll: { method: 'PUT', path: '/admin/engine/pause', summary: 'Bring every execution to rest', body: by },
  resumeAll: { method: 'PUT', path: '/admin/engine/resume', summary: 'Let executions go on', body: by },
  drainWorker: {
    method: 'PUT',
    path: '/admin/workers/:instance/drain',
    summary: 'A process takes nothing new and gives back what it holds',
    params: z.object({ instance: z.string() }),
  },
  undrainWorker: {
    method: 'PUT',
    path: '/admin/workers/:instance/undrain',
    summary: 'A drained process takes work again',
    params: z.object({ instance: z.string() }),
  },
  redrive: {
    method: 'PUT',
    path: '/admin/executions/:id/redrive',
    summary: 'Look at an execution at once, also one that was set aside',
    params: executionId,
  },
  forceCancel: {
    method: 'PUT',
    path: '/admin/forceCancelExecution',
    summary: 'End an execution without its clean-up',
    query: z.object({
      executionId: z.string(),
      executionType: z.enum(['PIPELINE', 'ORCHESTRATION']).optional(),
      canceledBy: z.string().optional(),
      reason: z.string().optional(),
    }),
  },
  listSetAside: {
    method: 'GET',
    path: '/admin/setAside',
    summary: 'Executions that failed the engine itself',
    response: z.array(setAsideSchema),
  },
  retain: {
    method: 'POST',
    path: '/admin/retention',
    summary: 'Remove ended executions past the policy; with dryRun say what would go',
    query: z.object({ dryRun: z.stringbool().default(true) }),
    response: retentionReportSchema,
  },
});
