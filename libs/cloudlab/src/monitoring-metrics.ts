import { resourceTypeOf } from './monitored-rules.ts';
import type { MetricFamily } from './monitored-rules.ts';
import { SAMPLE_PERIOD_MS } from './traffic-meter.ts';

const DOMAIN = 'loadbalancing.googleapis.com';

/** A metric that this cloud has. */
export interface Metric {
  /** E.g. `loadbalancing.googleapis.com/https/request_count`. */
  readonly type: string;
  readonly family: MetricFamily;
  readonly what: 'requests' | 'latencies' | 'connections';
  readonly valueType: 'INT64' | 'DISTRIBUTION';
  readonly unit: string;
  readonly displayName: string;
  readonly description: string;
}

const HTTP_FAMILIES: readonly MetricFamily[] = ['https', 'https/internal', 'https/external/regional'];

/** Every metric, by type. */
export const METRICS: ReadonlyMap<string, Metric> = new Map(
  [
    ...HTTP_FAMILIES.flatMap((family): Metric[] => [
      {
        type: `${DOMAIN}/${family}/request_count`,
        family,
        what: 'requests',
        valueType: 'INT64',
        unit: '1',
        displayName: 'Request count',
        description: 'Requests that the load balancer served.',
      },
      {
        type: `${DOMAIN}/${family}/total_latencies`,
        family,
        what: 'latencies',
        valueType: 'DISTRIBUTION',
        unit: 'ms',
        displayName: 'Total latency',
        description: "From a request's head at the load balancer to the end of its answer.",
      },
    ]),
    {
      type: `${DOMAIN}/tcp_ssl_proxy/new_connections`,
      family: 'tcp_ssl_proxy',
      what: 'connections',
      valueType: 'INT64',
      unit: '1',
      displayName: 'New connections opened',
      description: 'Connections that the proxy made to instances for clients.',
    } satisfies Metric,
  ].map((metric) => [metric.type, metric] as const),
);

/** A metric's descriptor as the API shows it. Samples are there as soon as their period is over. */
export function descriptorOf(project: string, metric: Metric): object {
  const labels =
    metric.what === 'connections'
      ? []
      : [
          {
            key: 'response_code',
            valueType: 'INT64',
            description: 'Status of the answer, 0 when there was no whole one.',
          },
          {
            key: 'response_code_class',
            valueType: 'INT64',
            description: 'Class of the status: 200, 300, 400, 500, or 0.',
          },
          { key: 'protocol', description: 'Protocol of the client.' },
          { key: 'cache_result', description: 'Always DISABLED.' },
        ];
  return {
    name: `projects/${project}/metricDescriptors/${metric.type}`,
    type: metric.type,
    labels,
    metricKind: 'DELTA',
    valueType: metric.valueType,
    unit: metric.unit,
    description: metric.description,
    displayName: metric.displayName,
    metadata: { launchStage: 'GA', samplePeriod: `${SAMPLE_PERIOD_MS / 1_000}s`, ingestDelay: '0s' },
    launchStage: 'GA',
    monitoredResourceTypes: [resourceTypeOf(metric.family)],
  };
}
