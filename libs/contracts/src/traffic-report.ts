import { z } from 'zod';

const millis = z.number().int().describe('epoch milliseconds');
const count = z.number().int().min(0);
const latency = z.number().min(0).nullable().describe('milliseconds; null: no request was answered');

/** What load balancers counted of something in a period. */
const countsSchema = z.object({
  requests: count.describe('HTTP requests that got an answer, or should have got one'),
  failures: count.describe('of the requests: answered with 5xx, or not at all'),
  connections: count.describe('new connections through load balancers that count no requests'),
  p50: latency,
  p90: latency,
  p99: latency.describe('of the requests that did not fail'),
});

/** One period of a series: `at` is its end. */
export const trafficPointSchema = z.object({
  at: millis,
  requests: count,
  failures: count,
  connections: count,
  p99: latency,
});
export type TrafficPoint = z.infer<typeof trafficPointSchema>;

/** What load balancers counted of one server group: in all, and in each period in which there was something. */
export const serverGroupTrafficSchema = countsSchema.extend({
  serverGroup: z.string(),
  points: z.array(trafficPointSchema).describe('oldest first; periods without traffic are left out'),
});
export type ServerGroupTraffic = z.infer<typeof serverGroupTrafficSchema>;

/** Traffic of a cluster's server groups in a window of time, as the cloud's load balancers counted it. */
export const trafficReportSchema = z.object({
  account: z.string(),
  region: z.string(),
  from: millis.describe('the window that was measured: whole periods around the one that was asked for'),
  to: millis,
  stepMs: z.number().int().positive().describe('length of a period of the series'),
  resolutionMs: z.number().int().positive().describe('how often the cloud takes its counters'),
  delayMs: z.number().int().min(0).describe('how late the cloud shows what it counted'),
  complete: z.boolean().describe('false: a part of the window that was asked for cannot be seen yet'),
  serverGroups: z.array(serverGroupTrafficSchema).describe('newest version first'),
  unserved: z
    .object({ requests: count, points: z.array(trafficPointSchema) })
    .describe('requests that the load balancers answered themselves, as no instance could take them'),
  uncounted: z
    .array(z.string())
    .describe('load balancers that pass packets through, of whose traffic nothing is known'),
  summary: z.string().describe('all of it as one sentence part: "hello-v002 answered 12,040 requests, 0 failed, ..."'),
});
export type TrafficReport = z.infer<typeof trafficReportSchema>;

/** What is asked of a meter: server groups by name, or all of a cluster, those that are gone too. */
export const meterQuerySchema = z.object({
  account: z.string().min(1),
  region: z.string().min(1),
  cluster: z.string().min(1).optional().describe('all of its server groups'),
  serverGroups: z.string().min(1).optional().describe('comma-separated list of names; exactly one of the two'),
  from: z.coerce.number().int().min(0).describe('epoch milliseconds'),
  to: z.coerce.number().int().min(0).optional().describe('epoch milliseconds; absent: now'),
  points: z.coerce.number().int().min(1).max(500).default(60).describe('periods of the series at most'),
});
export type MeterQuery = z.infer<typeof meterQuerySchema>;

/** When traffic is good enough to go on with a version. */
export const trafficRulesSchema = z.object({
  maxFailureRatio: z.number().min(0).max(1).optional().describe('failed requests of all; 0.01 is one of a hundred'),
  maxP99Ms: z.number().positive().optional().describe('99 of 100 requests must be answered within'),
  minRequests: z.number().int().min(1).default(1).describe('with fewer nothing is judged'),
});
export type TrafficRules = z.infer<typeof trafficRulesSchema>;
