import { trafficReportSchema, trafficRulesSchema } from '@gennaker/contracts/traffic-report';
import { z } from 'zod';

/** Inputs of watchTraffic. */
export const watchTrafficSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  credentials: z.string().optional().describe('account'),
  account: z.string().optional(),
  region: z.string().min(1, 'choose a region'),
  cluster: z.string().min(1, 'choose a cluster').describe('app-stack-detail'),
  serverGroupName: z.string().min(1, 'choose a server group').describe('whose traffic is judged'),
  forSeconds: z.coerce.number().min(1).max(86_400).default(60).describe('how long it has to be good'),
  everySeconds: z.coerce.number().min(1).max(600).default(5),
  rules: trafficRulesSchema.describe('traffic that breaks them fails the stage at once'),
  whenUndecided: z.enum(['fail', 'goOn']).default('fail').describe('what too little traffic for the rules means'),
  watchedFrom: z.number().optional().describe('epoch milliseconds'),
  trafficReport: trafficReportSchema.optional(),
});
export type WatchTraffic = z.output<typeof watchTrafficSchema>;
