import { z } from 'zod';
import { atLeast, equal, type ReportRow } from './report.ts';
import { answeredBy, type RequestRecord, summarize } from './traffic-record.ts';

const counterSchema = z.looseObject({ connections: z.number(), refused: z.number() });
const countersSchema = z.looseObject({ forwardingRules: z.record(z.string(), counterSchema) });

/** What a load balancer counted so far. */
export interface Counters {
  readonly connections: number;
  readonly refused: number;
}

/** Reads a load balancer's own counters from the local cloud. */
export async function readCounters(cloudlab: string, loadBalancer: string): Promise<Counters> {
  const response = await fetch(`${cloudlab}/lab/v1/counters`);
  const { forwardingRules } = countersSchema.parse(await response.json());
  const rule = Object.entries(forwardingRules).find(([path]) => path.endsWith(`/${loadBalancer}`))?.[1];
  return { connections: rule?.connections ?? 0, refused: rule?.refused ?? 0 };
}

/** What the traffic during the switch is judged by. */
export interface TrafficEvidence {
  /** The client with one connection a request. */
  readonly single: readonly RequestRecord[];
  /** The client that keeps its connections. */
  readonly kept: readonly RequestRecord[];
  readonly before: Counters;
  readonly after: Counters;
  readonly oldVersion: string;
  readonly newVersion: string;
  /** When the old group's disable operation was done, epoch ms. */
  readonly oldDisabledAt: number | undefined;
}

const DEMANDED_RATE = 200;

/** Judges the traffic: nothing failed, both versions answered, the old one no longer once it was disabled. */
export function checkTraffic(evidence: TrafficEvidence): ReportRow[] {
  const { single, kept, before, after, oldVersion, newVersion, oldDisabledAt } = evidence;
  const one = summarize(single);
  const many = summarize(kept);
  const late = oldDisabledAt === undefined ? one.requests : answeredBy(single, oldVersion, oldDisabledAt);
  const opened = one.connections + many.connections;
  return [
    atLeast('requests a second, one connection each', one.rate, DEMANDED_RATE, '1/s'),
    equal(`failed of ${one.requests}, one connection each${failures(one.byFailure)}`, one.failed, 0),
    equal(`failed of ${many.requests} on kept connections${failures(many.byFailure)}`, many.failed, 0),
    atLeast(`answers of ${oldVersion}`, one.byVersion[oldVersion] ?? 0, 1),
    atLeast(`answers of ${newVersion}`, one.byVersion[newVersion] ?? 0, 1),
    equal(`answers of ${oldVersion} to requests sent after its group was disabled`, late, 0),
    equal('connections that the load balancer counted', after.connections - before.connections, opened),
    equal('connections that it refused', after.refused - before.refused, 0),
    {
      metric: 'slowest answer, one connection each',
      value: Math.round(one.longest),
      unit: 'ms',
      of: '<= 1000',
      ok: one.longest <= 1000,
    },
  ];
}

function failures(byFailure: Readonly<Record<string, number>>): string {
  const parts = Object.entries(byFailure).map(([failure, count]) => `${count} ${failure}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
