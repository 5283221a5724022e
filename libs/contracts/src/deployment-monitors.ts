import { z } from 'zod';

/** The monitor that is always there: what load balancers count. */
export const TRAFFIC_MONITOR = 'traffic';

/** An external program that judges deploys with strategy `monitored`, as gennaker.yml has it. */
export const deploymentMonitorSchema = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be letters, digits and . _ -')
    .refine((id) => id !== TRAFFIC_MONITOR, 'is the monitor that is built in: choose another id')
    .describe('what pipelines name it by'),
  name: z.string().min(1).optional().describe('what people read; absent: the id'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .describe('it is asked at /deployment/starting, …/evaluateHealth, …/completed'),
  supportContact: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where its users find help'),
  maxAnalysisMinutes: z.number().positive().default(30).describe('how long it may say "wait" at one step'),
  failOnError: z
    .boolean()
    .default(true)
    .describe('a monitor that cannot be asked, or does not decide in time, ends the deploy; false: it goes on'),
  stable: z.boolean().default(true).describe('offered in forms'),
});
export type DeploymentMonitor = z.output<typeof deploymentMonitorSchema>;

const flag = z.stringbool().or(z.boolean());

/** Which monitor judges a deploy, and with which settings. */
export const chosenMonitorSchema = z.looseObject({
  id: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).nullish().describe('handed to the monitor as they are'),
  maxAnalysisMinutesOverride: z.coerce.number().positive().nullish(),
  failOnErrorOverride: flag.nullish(),
});
export type ChosenMonitor = z.output<typeof chosenMonitorSchema>;

/** Inputs of the stages that talk to a monitor. */
export const monitoredDeployStageSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  account: z.string().optional(),
  region: z.string().optional(),
  newServerGroup: z.string().optional().describe('absent: it is not made yet'),
  oldServerGroup: z.string().optional().describe('absent: nothing served before'),
  deploymentMonitor: chosenMonitorSchema.extend({ id: z.string().min(1, 'choose a deployment monitor') }),
  deploymentMonitorErrors: z.number().optional().describe('calls in a row that failed'),
});
export type MonitoredDeployStage = z.output<typeof monitoredDeployStageSchema>;

const monitorReasonSchema = z.looseObject({ message: z.string().optional(), summary: z.string().optional() });

/** What a monitor answers; some versions of the protocol give one reason, others a list. */
export const monitorAnswerSchema = z.looseObject({
  nextStep: z.looseObject({ directive: z.enum(['abort', 'complete', 'continue', 'wait']) }),
  statusReason: monitorReasonSchema.nullish(),
  statusReasons: z.array(monitorReasonSchema).nullish(),
});
export type MonitorAnswer = z.output<typeof monitorAnswerSchema>;

/** A monitor as lists show it: without its address. */
export const offeredMonitorSchema = z.object({
  id: z.string(),
  name: z.string(),
  supportContact: z.string().optional(),
  stable: z.boolean(),
});
export type OfferedMonitor = z.output<typeof offeredMonitorSchema>;
