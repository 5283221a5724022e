import type { ServerGroupTraffic, TrafficPoint, TrafficReport } from '@gennaker/contracts/traffic-report';
import { type LatencyBucket, mergeBuckets, percentile } from './latency-histogram.ts';

/** Whose traffic is asked for, and of when. */
export interface TrafficQuestion {
  readonly region: string;
  /** Names of server groups; or a cluster, for all that it has and had. */
  readonly of: { readonly serverGroups: readonly string[] } | { readonly cluster: string };
  /** Load balancers that they are behind: their requests that no instance took are counted too. */
  readonly loadBalancers: readonly string[];
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Periods at most. */
  readonly points: number;
}

/** What one load balancer counted of one server group in one period. */
export interface TrafficSample {
  /** null: no instance took it, the load balancer answered itself. */
  readonly serverGroup: string | null;
  /** End of the period, epoch milliseconds. */
  readonly at: number;
  readonly requests: number;
  /** Requests answered with 5xx, or not at all. */
  readonly failures: number;
  /** New connections, where connections and not requests are counted. */
  readonly connections: number;
  /** Of the requests that did not fail. */
  readonly latencies: readonly LatencyBucket[];
}

/** An answer of a cloud's meter. */
export interface TrafficReading {
  /** The window in whole periods. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly resolutionMs: number;
  readonly delayMs: number;
  readonly samples: readonly TrafficSample[];
  /** Load balancers of the question that count neither requests nor connections. */
  readonly uncounted: readonly string[];
}

/** Counts what a cloud's load balancers did, by server group. */
export interface TrafficMeter {
  /** @throws Error that says why it cannot be read, and what to do */
  read(question: TrafficQuestion): Promise<TrafficReading>;
}

/**
 * Makes a report of a reading. Server groups that are named and had no traffic stand in it with zeros.
 * @param to the end of the window that was asked for
 */
export function trafficReport(
  place: { readonly account: string; readonly region: string },
  named: readonly string[],
  reading: TrafficReading,
  to: number,
  now: number,
): TrafficReport {
  const { from, stepMs, resolutionMs, delayMs, samples, uncounted } = reading;
  const names = new Set([...named, ...samples.flatMap(({ serverGroup }) => serverGroup ?? [])]);
  const serverGroups = [...names]
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((serverGroup): ServerGroupTraffic => {
      const own = samples.filter((sample) => sample.serverGroup === serverGroup);
      return { serverGroup, ...countsOf(own), points: pointsOf(own) };
    });
  const none = samples.filter(({ serverGroup }) => serverGroup === null);
  const counted = {
    ...place,
    ...{ from, to: reading.to, stepMs, resolutionMs, delayMs },
    // Where nothing is counted, nothing more comes.
    complete: (reading.to >= to && reading.to + delayMs <= now) || (uncounted.length > 0 && samples.length === 0),
    serverGroups,
    unserved: { requests: sumsOf(none).requests, points: pointsOf(none) },
    uncounted: [...uncounted],
  };
  return { ...counted, summary: trafficSentence(counted) };
}

/** A report's numbers in words, without a full stop. */
function trafficSentence({
  serverGroups,
  unserved,
  uncounted,
}: Pick<TrafficReport, 'serverGroups' | 'unserved' | 'uncounted'>): string {
  const counted = serverGroups.filter(({ requests, connections }) => requests + connections > 0);
  const one = uncounted.length === 1;
  const unknown = `${uncounted.join(', ')} ${one ? 'passes' : 'pass'} packets through and ${one ? 'counts' : 'count'} no requests`;
  // Where nothing is counted, no traffic is not to be told from some.
  const told = uncounted.length > 0 ? counted : serverGroups;
  const parts = told.map((group) => `${group.serverGroup} ${deedsOf(group)}`);
  return [
    ...(parts.length + uncounted.length === 0 ? ['the load balancers counted no traffic'] : parts),
    ...(uncounted.length > 0 ? [unknown] : []),
    ...(unserved.requests > 0
      ? [`no instance could take ${many(unserved.requests, 'request')}, which the load balancers answered themselves`]
      : []),
  ].join('; ');
}

function deedsOf({ requests, failures, connections, p99 }: ServerGroupTraffic): string {
  const answered = `answered ${many(requests, 'request')}, ${number(failures)} failed${p99 === null ? '' : `, p99 ${number(p99)} ms`}`;
  if (connections === 0) return requests === 0 ? 'got no traffic' : answered;
  const took = `took ${many(connections, 'connection')}`;
  return requests === 0 ? took : `${answered}, and ${took}`;
}

/** A number as people write it: 12,040. Buckets tell no tenths of long latencies. */
export const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
const many = (value: number, one: string): string => `${number(value)} ${one}${value === 1 ? '' : 's'}`;

function countsOf(samples: readonly TrafficSample[]) {
  const latencies = mergeBuckets(samples.map((sample) => sample.latencies));
  return {
    ...sumsOf(samples),
    p50: percentile(latencies, 0.5),
    p90: percentile(latencies, 0.9),
    p99: percentile(latencies, 0.99),
  };
}

function pointsOf(samples: readonly TrafficSample[]): TrafficPoint[] {
  const byTime = Map.groupBy(samples, ({ at }) => at);
  return [...byTime]
    .map(([at, own]) => ({
      at,
      ...sumsOf(own),
      p99: percentile(
        own.flatMap(({ latencies }) => latencies),
        0.99,
      ),
    }))
    .toSorted((a, b) => a.at - b.at);
}

function sumsOf(samples: readonly TrafficSample[]) {
  const sum = (of: (sample: TrafficSample) => number): number => samples.reduce((total, one) => total + of(one), 0);
  return {
    requests: sum(({ requests }) => requests),
    failures: sum(({ failures }) => failures),
    connections: sum(({ connections }) => connections),
  };
}
