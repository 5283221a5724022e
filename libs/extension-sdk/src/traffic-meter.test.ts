import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeTraffic } from './judge-traffic.ts';
import { type LatencyBucket, mergeBuckets, percentile } from './latency-histogram.ts';
import { trafficReport, type TrafficReading, type TrafficSample } from './traffic-meter.ts';

const BOUNDS = [0, 1, 1.4, 2, 5, 20, 80, 300, 1_000, Number.POSITIVE_INFINITY];

/** A histogram of latencies, as a load balancer keeps it. */
function histogram(latencies: readonly number[]): LatencyBucket[] {
  return BOUNDS.slice(1).map((to, i) => {
    const from = BOUNDS[i] ?? 0;
    return { from, to, count: latencies.filter((ms) => from <= ms && ms < to).length };
  });
}

const latencies = fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 200 });
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

describe('a percentile of buckets', () => {
  it('lies in the bucket of the true one', () => {
    fc.assert(
      fc.property(latencies, share, (all, q) => {
        const sorted = all.toSorted((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(q * all.length)) - 1] ?? 0;
        const bucket = histogram(all).find(({ from, to }) => from <= truth && truth < to);
        const found = percentile(histogram(all), q) ?? Number.NaN;
        const most = Number.isFinite(bucket?.to) ? (bucket?.to ?? 0) : (bucket?.from ?? 0);
        // Results are rounded to a tenth of a millisecond.
        expect(found).toBeGreaterThanOrEqual((bucket?.from ?? 0) - 0.05);
        expect(found).toBeLessThanOrEqual(most + 0.05);
      }),
    );
  });
  it('never falls as its share grows', () => {
    fc.assert(
      fc.property(latencies, share, share, (all, a, b) => {
        const [low, high] = [percentile(histogram(all), Math.min(a, b)), percentile(histogram(all), Math.max(a, b))];
        expect(low ?? 0).toBeLessThanOrEqual(high ?? 0);
      }),
    );
  });
  it('is the same of parts that are merged as of the whole', () => {
    fc.assert(
      fc.property(latencies, latencies, share, (a, b, q) => {
        expect(percentile(mergeBuckets([histogram(a), histogram(b)]), q)).toBe(percentile(histogram([...a, ...b]), q));
      }),
    );
  });
  it('of nothing is nothing', () => expect(percentile([], 0.99)).toBeNull());
});

const sample = (serverGroup: string | null, at: number, more: Partial<TrafficSample>): TrafficSample => ({
  serverGroup,
  at,
  requests: 0,
  failures: 0,
  connections: 0,
  latencies: [],
  ...more,
});
const reading = (samples: readonly TrafficSample[]): TrafficReading => ({
  ...{ from: 0, to: 60_000, stepMs: 1_000, resolutionMs: 1_000, delayMs: 0 },
  samples,
  uncounted: [],
});
const place = { account: 'a', region: 'r' };
const report = (samples: readonly TrafficSample[], named: readonly string[] = []) =>
  trafficReport(place, named, reading(samples), 60_000, 60_000);
const took = (to: number, count: number): LatencyBucket[] => [{ from: to / 1.4, to, count }];

describe('a traffic report', () => {
  it('says of each version, newest first, how many requests it answered, how many failed and how slow they were', () => {
    const { summary, serverGroups } = report([
      sample('hello-v009', 1_000, { requests: 8_000 }),
      sample('hello-v009', 2_000, { requests: 4_040, failures: 2 }),
      sample('hello-v009', 2_000, { latencies: took(20, 12_038) }),
      sample('hello-v010', 2_000, { requests: 1 }),
    ]);
    expect(summary).toBe(
      'hello-v010 answered 1 request, 0 failed; hello-v009 answered 12,040 requests, 2 failed, p99 20 ms',
    );
    expect(serverGroups[1]?.points).toEqual([
      { at: 1_000, requests: 8_000, failures: 0, connections: 0, p99: null },
      { at: 2_000, requests: 4_040, failures: 2, connections: 0, p99: 19.9 },
    ]);
  });
  it('names what no instance took, connections, and groups without traffic', () => {
    const { summary } = report(
      [sample(null, 1_000, { requests: 3, failures: 3 }), sample('hello-v001', 1_000, { connections: 7 })],
      ['hello-v002'],
    );
    expect(summary).toBe(
      'hello-v002 got no traffic; hello-v001 took 7 connections; no instance could take 3 requests, which the load balancers answered themselves',
    );
  });
  it('does not call traffic none that nobody counts', () => {
    const blind = { ...reading([]), uncounted: ['hello-lb'] };
    expect(trafficReport(place, ['hello-v001'], blind, 60_000, 60_000).summary).toBe(
      'hello-lb passes packets through and counts no requests',
    );
  });
  it('is complete only when the whole window can be seen', () => {
    const late = { ...reading([]), delayMs: 210_000 };
    expect(trafficReport(place, [], late, 60_000, 269_999).complete).toBe(false);
    expect(trafficReport(place, [], late, 60_000, 270_000).complete).toBe(true);
    expect(trafficReport(place, [], reading([]), 60_001, 90_000).complete).toBe(false);
  });
  it('adds up: the points of a group are its totals', () => {
    const samples = fc.array(
      fc.record({
        serverGroup: fc.constantFrom('a-v001', 'a-v002', null),
        at: fc.integer({ min: 1, max: 60 }).map((second) => second * 1_000),
        requests: fc.integer({ min: 0, max: 100 }),
        failures: fc.integer({ min: 0, max: 9 }),
        connections: fc.integer({ min: 0, max: 9 }),
        latencies: fc.constant([]),
      }),
    );
    fc.assert(
      fc.property(samples, (all) => {
        const { serverGroups, unserved } = report(all);
        const total = (of: (one: { requests: number; failures: number }) => number) =>
          serverGroups.flatMap(({ points }) => points).reduce((sum, point) => sum + of(point), 0);
        expect(total(({ requests }) => requests)).toBe(serverGroups.reduce((sum, one) => sum + one.requests, 0));
        expect(total(({ failures }) => failures)).toBe(serverGroups.reduce((sum, one) => sum + one.failures, 0));
        expect(serverGroups.reduce((sum, one) => sum + one.requests, unserved.requests)).toBe(
          all.reduce((sum, { requests }) => sum + requests, 0),
        );
      }),
    );
  });
});

describe('a judgment of traffic', () => {
  const judged = (requests: number, failures: number, rules: object, ms = 10) =>
    judgeTraffic(
      report([sample('a-v002', 1_000, { requests, failures, latencies: took(ms, requests - failures) })]),
      'a-v002',
      { minRequests: 100, maxFailureRatio: 0.01, ...rules },
    );
  it('is good within the limits, and says the numbers', () =>
    expect(judged(1_000, 10, { maxP99Ms: 50 })).toMatchObject({
      verdict: 'good',
      reason: { summary: 'a-v002 answered 1,000 requests, 10 failed (1 %), p99 10 ms: within its limits' },
    }));
  it('is bad when more fail than may, or when they are slower than they may be', () => {
    expect(judged(1_000, 11, {}).reason.summary).toBe(
      'a-v002 answered 1,000 requests; 1.1 % of them failed, more than 1 %',
    );
    expect(judged(1_000, 0, { maxP99Ms: 50 }, 70)).toMatchObject({
      verdict: 'bad',
      reason: { summary: 'a-v002 answered 1,000 requests; p99 is 70 ms, more than 50 ms' },
    });
  });
  it('is not made on fewer requests than it needs, whatever became of them', () =>
    expect(judged(99, 99, {})).toMatchObject({
      verdict: 'undecided',
      reason: { summary: 'a-v002 answered 99 of the 100 requests that a judgment needs' },
    }));
  it('says that connections are no answers', () => {
    const { verdict, reason } = judgeTraffic(report([sample('a-v002', 1, { connections: 5 })]), 'a-v002', {
      minRequests: 1,
    });
    expect(verdict).toBe('undecided');
    expect(reason.next).toContain('speaks HTTP');
  });
});
