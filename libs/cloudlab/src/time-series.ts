import { LATENCY_BUCKETS, LATENCY_SLOTS } from './latency-buckets.ts';
import type { MonitoredRules } from './monitored-rules.ts';
import type { Metric } from './monitoring-metrics.ts';
import type { SeriesFilter } from './monitoring-filter.ts';
import { lastPart, splitPath } from './path.ts';
import { SAMPLE_PERIOD_MS } from './traffic-meter.ts';
import type { MeterSample, MeterSeries } from './traffic-meter.ts';

/** A window of time; points that end after `startMs` and not after `endMs` are in it. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
  /** Samples are added up in periods of this length that end with the window; undefined: as they were taken. */
  readonly alignMs: number | undefined;
}

/** A time series in the API's shape; points newest first. */
export interface TimeSeries {
  readonly metric: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly metricKind: 'DELTA';
  readonly valueType: 'INT64' | 'DISTRIBUTION';
  readonly unit: string;
  readonly points: readonly object[];
}

/** What was counted of a metric, as time series with at least one point. */
export function timeSeries(
  project: string,
  metric: Metric,
  filter: SeriesFilter,
  window: Window,
  rules: MonitoredRules,
  counted: readonly MeterSeries[],
): TimeSeries[] {
  return counted
    .filter(
      ({ rule, of }) =>
        rule.startsWith(`projects/${project}/`) && (of === 'connections') === (metric.what === 'connections'),
    )
    .flatMap((series) => {
      const rule = rules.get(series.rule);
      if (rule?.family !== metric.family) return [];
      const identity = {
        metric: { type: metric.type, labels: metricLabels(series.of) },
        resource: { type: rule.type, labels: { ...rule.labels, ...backendLabels(series, rule.family === 'https') } },
      };
      if (!filter.matches(identity)) return [];
      const points = aligned(series.samples, window).map(({ startMs, sample }) => ({
        interval: { startTime: timestamp(startMs), endTime: timestamp(sample.endMs) },
        value: valueOf(metric, sample),
      }));
      const { valueType, unit } = metric;
      return points.length === 0
        ? []
        : [{ ...identity, metricKind: 'DELTA' as const, valueType, unit, points: points.toReversed() }];
    });
}

function metricLabels(of: MeterSeries['of']): Record<string, string> {
  if (of === 'connections') return {};
  return {
    response_code: String(of),
    response_code_class: String(Math.floor(of / 100) * 100),
    protocol: 'HTTP/1.1',
    cache_result: 'DISABLED',
  };
}

function backendLabels({ service, group }: MeterSeries, globalExternal: boolean): Record<string, string> {
  const place = splitPath(group);
  if (place === undefined)
    return {
      backend_target_name: service === '' ? 'UNKNOWN' : lastPart(service),
      backend_target_type: service === '' ? 'UNKNOWN' : 'BACKEND_SERVICE',
      backend_name: globalExternal ? 'NO_BACKEND_SELECTED' : '',
      backend_type: 'UNKNOWN',
      backend_scope: 'UNKNOWN',
      backend_scope_type: globalExternal ? 'NO_BACKEND_SELECTED' : 'UNKNOWN',
    };
  return {
    backend_target_name: lastPart(service),
    backend_target_type: 'BACKEND_SERVICE',
    backend_name: place.name,
    backend_type: 'INSTANCE_GROUP',
    backend_scope: place.scope.location,
    backend_scope_type: place.scope.kind === 'zone' ? 'ZONE' : 'REGION',
  };
}

function aligned(
  samples: readonly MeterSample[],
  { startMs, endMs, alignMs }: Window,
): { readonly startMs: number; readonly sample: MeterSample }[] {
  const inside = samples.filter((sample) => sample.endMs > startMs && sample.endMs <= endMs);
  if (alignMs === undefined) return inside.map((sample) => ({ startMs: sample.endMs - SAMPLE_PERIOD_MS, sample }));
  const periods = Map.groupBy(inside, (sample) => endMs - Math.floor((endMs - sample.endMs) / alignMs) * alignMs);
  return [...periods].map(([end, parts]) => ({ startMs: end - alignMs, sample: sum(end, parts) }));
}

function sum(endMs: number, parts: readonly MeterSample[]): MeterSample {
  const buckets = new Uint32Array(LATENCY_SLOTS);
  let top = 0;
  let [count, sumMs, sumOfSquares] = [0, 0, 0];
  for (const part of parts) {
    count += part.count;
    sumMs += part.sumMs;
    sumOfSquares += part.sumOfSquares;
    top = Math.max(top, part.buckets.length);
    for (const [slot, counted] of part.buckets.entries()) buckets[slot] = (buckets[slot] ?? 0) + counted;
  }
  return { endMs, count, sumMs, sumOfSquares, buckets: buckets.slice(0, top) };
}

function valueOf(metric: Metric, { count, sumMs, sumOfSquares, buckets }: MeterSample): object {
  if (metric.valueType === 'INT64') return { int64Value: String(count) };
  const mean = sumMs / count;
  return {
    distributionValue: {
      count: String(count),
      mean,
      sumOfSquaredDeviation: Math.max(0, sumOfSquares - count * mean * mean),
      bucketOptions: { exponentialBuckets: LATENCY_BUCKETS },
      bucketCounts: [...buckets].map(String),
    },
  };
}

const timestamp = (ms: number): string => new Date(ms).toISOString();
