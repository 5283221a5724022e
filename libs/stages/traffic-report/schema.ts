import { trafficReportSchema } from '@gennaker/contracts/traffic-report';
import { z } from 'zod';

/** Inputs of a traffic report. */
export const trafficReportStageSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  credentials: z.string().optional().describe('account'),
  account: z.string().optional(),
  region: z.string().min(1, 'choose a region'),
  cluster: z.string().min(1, 'choose a cluster').describe('app-stack-detail'),
  from: z.coerce.number().min(0).optional().describe('epoch milliseconds; absent: lookBackSeconds before'),
  lookBackSeconds: z.coerce.number().int().min(1).max(86_400).default(300),
  during: z.string().optional().describe('what happened meanwhile, as in "the deploy"'),
  waitSeconds: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(600)
    .describe('for counters that come late; then the report is made of those that are there'),
  measuredFrom: z.number().optional(),
  measuredTo: z.number().optional(),
  trafficReport: trafficReportSchema.optional(),
});
export type TrafficReportStage = z.output<typeof trafficReportStageSchema>;
