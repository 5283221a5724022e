import type { LatencyBucket } from '@gennaker/extension-sdk/latency-histogram';
import type {
  TrafficMeter,
  TrafficQuestion,
  TrafficReading,
  TrafficSample,
} from '@gennaker/extension-sdk/traffic-meter';
import { z } from 'zod';
import type { Compute } from './compute.ts';
import { failedAs } from './errors.ts';
import { type Distribution, distributionSchema, latencyBuckets } from './latency-distribution.ts';
import { forwardingRuleSchema } from './resources.ts';

const DOMAIN = 'loadbalancing.googleapis.com';
/** Kinds of load balancers that count requests; the parts of their metrics' types. */
const HTTP_FAMILIES = ['https', 'https/internal', 'https/external/regional'] as const;
/** The metric of those that count connections. Those that pass packets through count neither. */
const CONNECTIONS = `${DOMAIN}/tcp_ssl_proxy/new_connections`;
/** What stands for the name of a group when none was chosen. */
const NO_BACKEND = ['NO_BACKEND_SELECTED', 'UNKNOWN', ''];
const PAGES_AT_MOST = 50;
/** Where a descriptor does not say how often samples are taken and how late they are, milliseconds. */
const USUAL = { resolutionMs: 60_000, delayMs: 210_000 };

const duration = z
  .string()
  .regex(/^\d+(\.\d+)?s$/)
  .transform((text) => Number(text.slice(0, -1)) * 1_000);
const descriptorSchema = z.looseObject({
  metadata: z.looseObject({ samplePeriod: duration.optional(), ingestDelay: duration.optional() }).optional(),
});
const labels = z.record(z.string(), z.string()).default({});
const seriesSchema = z.looseObject({
  metric: z.looseObject({ labels }),
  resource: z.looseObject({ labels }),
  points: z
    .array(
      z.looseObject({
        interval: z.looseObject({ endTime: z.string() }),
        value: z.looseObject({
          int64Value: z.coerce.number().optional(),
          distributionValue: distributionSchema.optional(),
        }),
      }),
    )
    .default([]),
});
type Series = z.output<typeof seriesSchema>;
const pageSchema = z.looseObject({
  timeSeries: z.array(seriesSchema).default([]),
  nextPageToken: z.string().optional(),
});

/** Reads what load balancers counted from Cloud Monitoring, which keeps it when load balancer and group are gone. */
export function loadBalancerMeter(compute: Compute): TrafficMeter {
  let timing: Promise<typeof USUAL> | undefined;
  return {
    async read(question): Promise<TrafficReading> {
      try {
        timing ??= timingOf(compute);
        const { resolutionMs, delayMs } = await timing;
        const window = windowOf(question, resolutionMs, compute.now());
        const [samples, uncounted] = await Promise.all([
          read(compute, question, window),
          passingThrough(compute, question.loadBalancers),
        ]);
        return { ...window, resolutionMs, delayMs, samples, uncounted };
      } catch (error) {
        timing = undefined;
        if (!failedAs(error, 'permission')) throw error;
        const words = error instanceof Error ? error.message : String(error);
        throw new Error(
          `${words}. Grant the account's identity roles/monitoring.viewer on project ${compute.project}.`,
        );
      }
    },
  };
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** The window in whole periods of whole samples, that are over. */
export function windowOf({ from, to, points }: TrafficQuestion, resolutionMs: number, now: number): Window {
  const whole = Math.ceil(to / resolutionMs) * resolutionMs;
  const end = whole <= now ? whole : Math.floor(now / resolutionMs) * resolutionMs;
  const length = Math.max(resolutionMs, end - from);
  const stepMs = Math.ceil(length / points / resolutionMs) * resolutionMs;
  return { from: end - Math.ceil(length / stepMs) * stepMs, to: end, stepMs };
}

async function timingOf(compute: Compute): Promise<typeof USUAL> {
  const types = [...HTTP_FAMILIES.map((family) => `${DOMAIN}/${family}/request_count`), CONNECTIONS];
  const all = await Promise.all(types.map((type) => compute.monitoring(`metricDescriptors/${type}`, descriptorSchema)));
  return {
    resolutionMs: Math.max(...all.map(({ metadata }) => metadata?.samplePeriod ?? USUAL.resolutionMs)),
    delayMs: Math.max(...all.map(({ metadata }) => metadata?.ingestDelay ?? USUAL.delayMs)),
  };
}

/** Those of the load balancers that lead to a target pool or a backend service without a proxy. */
async function passingThrough(compute: Compute, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const rules = await compute.aggregated('ForwardingRules', 'forwardingRules', forwardingRuleSchema);
  return rules
    .filter(({ name, target }) => names.includes(name) && (!target || target.includes('/targetPools/')))
    .map(({ name }) => name);
}

async function read(compute: Compute, question: TrafficQuestion, window: Window): Promise<TrafficSample[]> {
  const own = namePattern(question);
  const [connections, ...families] = await Promise.all([
    list(compute, CONNECTIONS, own, window),
    ...HTTP_FAMILIES.map(async (family) => {
      const requests = await list(compute, `${DOMAIN}/${family}/request_count`, [own, ...NO_BACKEND].join('|'), window);
      const latencies = requests.some(isOfGroup)
        ? await list(compute, `${DOMAIN}/${family}/total_latencies`, own, window)
        : [];
      return { requests, latencies };
    }),
  ]);
  const here = (series: Series) => isIn(series, question.region);
  const requests = families.flatMap((family) => family.requests);
  const ofGroups = requests.filter((series) => isOfGroup(series) && here(series));
  const rules = new Set([...question.loadBalancers, ...ofGroups.map(ruleOf)]);
  const refused = requests.filter((series) => !isOfGroup(series) && rules.has(ruleOf(series)) && hasFailed(series));
  return [
    ...connections
      .filter(here)
      .flatMap((series) => samplesOf(series, (value) => ({ connections: value.int64Value ?? 0 }))),
    ...[...ofGroups, ...refused].flatMap((series) =>
      samplesOf(series, ({ int64Value = 0 }) => ({
        requests: int64Value,
        failures: hasFailed(series) ? int64Value : 0,
      })),
    ),
    ...families
      .flatMap((family) => family.latencies)
      .filter((series) => here(series) && !hasFailed(series))
      .flatMap((series) => samplesOf(series, ({ distributionValue }) => ({ latencies: bucketsOf(distributionValue) }))),
  ];
}

/** A regular expression for the names of the groups that are asked for; such names hold no special characters. */
function namePattern({ of }: TrafficQuestion): string {
  const names = 'cluster' in of ? [`${of.cluster}-v[0-9]{3,6}`, of.cluster] : of.serverGroups;
  return names.map((name) => name.replaceAll('.', '[.]')).join('|');
}

async function list(compute: Compute, type: string, names: string, { from, to, stepMs }: Window): Promise<Series[]> {
  const found: Series[] = [];
  let pageToken: string | undefined;
  for (let pages = 0; pages < PAGES_AT_MOST; pages++) {
    const query = new URLSearchParams({
      filter: `metric.type = "${type}" AND resource.labels.backend_name = monitoring.regex.full_match("(${names})")`,
      'interval.startTime': new Date(from).toISOString(),
      'interval.endTime': new Date(to).toISOString(),
      'aggregation.alignmentPeriod': `${stepMs / 1_000}s`,
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
      view: 'FULL',
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    const page = await compute.monitoring(`timeSeries?${query.toString()}`, pageSchema);
    found.push(...page.timeSeries);
    pageToken = page.nextPageToken;
    if (!pageToken) return found;
  }
  throw new Error(`Cloud Monitoring has more than ${PAGES_AT_MOST} pages of ${type}; ask for a shorter window.`);
}

function samplesOf(
  { resource, points }: Series,
  counted: (value: Series['points'][number]['value']) => Partial<TrafficSample>,
): TrafficSample[] {
  const name = resource.labels['backend_name'] ?? '';
  const serverGroup = NO_BACKEND.includes(name) ? null : name;
  return points.map(({ interval, value }) => ({
    serverGroup,
    at: Date.parse(interval.endTime),
    requests: 0,
    failures: 0,
    connections: 0,
    latencies: [],
    ...counted(value),
  }));
}

const bucketsOf = (distribution: Distribution | undefined): LatencyBucket[] =>
  distribution === undefined ? [] : latencyBuckets(distribution);
const ruleOf = ({ resource }: Series): string => resource.labels['forwarding_rule_name'] ?? '';
const isOfGroup = ({ resource }: Series): boolean => !NO_BACKEND.includes(resource.labels['backend_name'] ?? '');
/** 5xx, or 0: there was no whole answer. */
const hasFailed = ({ metric }: Series): boolean => ['500', '0'].includes(metric.labels['response_code_class'] ?? '');

/** Groups of one name may be in several regions. */
function isIn({ resource }: Series, region: string): boolean {
  const scope = resource.labels['backend_scope'] ?? '';
  return scope === region || scope.replace(/-[a-z]$/, '') === region;
}
