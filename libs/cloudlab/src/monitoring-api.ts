import type { Lab } from './collection.ts';
import type { LabRequest, LabResponse } from './message.ts';
import { readFilter } from './monitoring-filter.ts';
import { descriptorOf, METRICS } from './monitoring-metrics.ts';
import { badParameter, MonitoringProblem } from './monitoring-problem.ts';
import { timeSeries } from './time-series.ts';
import type { TimeSeries, Window } from './time-series.ts';
import { SAMPLE_PERIOD_MS } from './traffic-meter.ts';

type Query = LabRequest['query'];

const LARGEST_PAGE = 100_000;
const PARAMETERS = new Set([
  'filter',
  'interval.startTime',
  'interval.endTime',
  'view',
  'pageSize',
  'pageToken',
  'orderBy',
  'aggregation.alignmentPeriod',
  'aggregation.perSeriesAligner',
  'aggregation.crossSeriesReducer',
]);

/** Answers a request below `/v3/projects/{project}` as Google's Cloud Monitoring does; `parts` is what follows. */
export function answerMonitoring(
  lab: Lab,
  request: LabRequest,
  project: string,
  parts: readonly string[],
): LabResponse {
  const [what, ...rest] = parts;
  if (request.method === 'GET' && what === 'timeSeries' && rest.length === 0)
    return { status: 200, body: listTimeSeries(lab, project, request.query) };
  if (request.method === 'GET' && what === 'metricDescriptors') {
    if (rest.length === 0)
      return {
        status: 200,
        body: { metricDescriptors: [...METRICS.values()].map((each) => descriptorOf(project, each)) },
      };
    return { status: 200, body: descriptorOf(project, metricNamed(rest.join('/'), 404)) };
  }
  throw new MonitoringProblem(
    404,
    'notFound',
    `There is no ${request.method} ${request.path}. This cloud's Monitoring API has timeSeries.list, metricDescriptors.list and metricDescriptors.get.`,
  );
}

function listTimeSeries(lab: Lab, project: string, query: Query): object {
  for (const name of Object.keys(query))
    if (!PARAMETERS.has(name) && !name.startsWith('$') && name !== 'alt' && name !== 'fields')
      throw badParameter(name, `this cloud does not know it. It takes ${[...PARAMETERS].join(', ')}.`);
  const filter = readFilter(query['filter']);
  const metric = metricNamed(filter.metricType, 400);
  if (query['orderBy']) throw badParameter('orderBy', 'it must be left out; points are answered newest first.');
  const { meter } = lab.traffic.dataPlane;
  const found = timeSeries(project, metric, filter, windowOf(query), lab.traffic.monitored, meter.series());
  const view = query['view'] ?? 'FULL';
  if (view !== 'FULL' && view !== 'HEADERS') throw badParameter('view', `"${view}". Give FULL or HEADERS.`);
  return page(view === 'FULL' ? found : found.map((each) => ({ ...each, points: [] })), view === 'FULL', query);
}

function metricNamed(type: string, status: 400 | 404) {
  const metric = METRICS.get(type);
  if (metric !== undefined) return metric;
  const message = `Cannot find metric(s) that match type = "${type}". This cloud has ${[...METRICS.keys()].join(', ')}.`;
  throw new MonitoringProblem(status === 404 ? 404 : 400, 'invalid', message);
}

function windowOf(query: Query): Window {
  const endMs = timeOf(query, 'interval.endTime');
  if (endMs === undefined)
    throw badParameter('interval.endTime', 'it is missing. Give a time such as 2026-01-01T00:00:00Z.');
  const startMs = timeOf(query, 'interval.startTime') ?? endMs;
  if (startMs > endMs) throw badParameter('interval.startTime', 'it must not be later than interval.endTime.');
  // Without a start, the newest point at the end is meant.
  return { startMs: startMs === endMs ? endMs - 1 : startMs, endMs, alignMs: alignmentOf(query) };
}

function timeOf(query: Query, name: string): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw badParameter(name, `"${text}". Give a time such as 2026-01-01T00:00:00Z.`);
  return ms;
}

function alignmentOf(query: Query): number | undefined {
  const aligner = query['aggregation.perSeriesAligner'] ?? 'ALIGN_NONE';
  const reducer = query['aggregation.crossSeriesReducer'] ?? 'REDUCE_NONE';
  const period = query['aggregation.alignmentPeriod'];
  if (reducer !== 'REDUCE_NONE')
    throw badParameter(
      'aggregation.crossSeriesReducer',
      `"${reducer}". This cloud does not add series up: leave it out.`,
    );
  if (aligner === 'ALIGN_NONE') {
    if (period !== undefined)
      throw badParameter(
        'aggregation.perSeriesAligner',
        'it is missing, and there is an alignmentPeriod. Give ALIGN_DELTA.',
      );
    return undefined;
  }
  if (aligner !== 'ALIGN_DELTA' && aligner !== 'ALIGN_SUM')
    throw badParameter(
      'aggregation.perSeriesAligner',
      `"${aligner}". This cloud has ALIGN_NONE, ALIGN_DELTA and ALIGN_SUM.`,
    );
  const seconds = /^(\d+)s$/.exec(period ?? '')?.[1];
  const ms = Number(seconds) * 1_000;
  if (seconds === undefined || ms < SAMPLE_PERIOD_MS)
    throw badParameter(
      'aggregation.alignmentPeriod',
      `"${period ?? ''}". Give whole seconds such as "60s", at least 1.`,
    );
  return ms;
}

/** A page holds so many points, or so many series when there are no points; a series may go on with the next page. */
function page(all: readonly TimeSeries[], byPoint: boolean, query: Query): object {
  const size = sizeOf(query['pageSize']);
  const skip = skipOf(query['pageToken']);
  const sizes = all.map(({ points }) => (byPoint ? points.length : 1));
  const total = sizes.reduce((sum, each) => sum + each, 0);
  let before = 0;
  const series = all.flatMap((each, i) => {
    const length = sizes[i] ?? 0;
    const [from, to] = [Math.max(0, skip - before), Math.min(length, skip + size - before)];
    before += length;
    if (from >= to) return [];
    if (byPoint) return [{ ...each, points: each.points.slice(from, to) }];
    const { points: _none, ...header } = each;
    return [header];
  });
  return {
    ...(series.length > 0 ? { timeSeries: series } : {}),
    ...(skip + size < total ? { nextPageToken: Buffer.from(`skip:${skip + size}`).toString('base64url') } : {}),
  };
}

function sizeOf(text: string | undefined): number {
  if (text === undefined || text === '') return LARGEST_PAGE;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 0) throw badParameter('pageSize', `"${text}". Give a positive number.`);
  return size === 0 ? LARGEST_PAGE : Math.min(size, LARGEST_PAGE);
}

function skipOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const skip = /^skip:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  if (skip === undefined)
    throw badParameter('pageToken', `"${token}". Give the nextPageToken of the page before, or none.`);
  return Number(skip);
}
