import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import type { Json } from './cloud.fixture.ts';
import { messageProblems, parameterProblems } from './monitoring-messages.fixture.ts';

const COUNT = 'metric.type = "loadbalancing.googleapis.com/https/request_count"';
const LATENCY = 'metric.type = "loadbalancing.googleapis.com/https/total_latencies"';
const CONNECTIONS = 'metric.type = "loadbalancing.googleapis.com/tcp_ssl_proxy/new_connections"';

/** A cloud whose group `web-v001` is behind an HTTP load balancer and a TCP proxy. */
async function metered() {
  const lab = new TestCloud();
  await lab.group('web-v001', 2);
  await lab.done('POST', 'global/healthChecks', { name: 'hc', type: 'HTTP', httpHealthCheck: { port: 8080 } });
  for (const [name, protocol] of [
    ['http', 'HTTP'],
    ['tcp', 'TCP'],
  ] as const)
    await lab.done('POST', 'global/backendServices', {
      name: `${name}-bs`,
      protocol,
      portName: 'http',
      healthChecks: ['global/healthChecks/hc'],
      backends: [{ group: 'regions/us-central1/instanceGroups/web-v001' }],
    });
  await lab.done('POST', 'global/urlMaps', { name: 'http-map', defaultService: 'global/backendServices/http-bs' });
  await lab.done('POST', 'global/targetHttpProxies', { name: 'http-proxy', urlMap: 'global/urlMaps/http-map' });
  await lab.done('POST', 'global/targetTcpProxies', { name: 'tcp-proxy', service: 'global/backendServices/tcp-bs' });
  const rule = async (name: string, target: string, port: string) => {
    await lab.done('POST', 'global/forwardingRules', { name, target, portRange: port });
    const { body } = await lab.api('GET', `global/forwardingRules/${name}`);
    return { address: String(body['IPAddress']), port: Number(port) };
  };
  const http = await rule('web-lb', 'global/targetHttpProxies/http-proxy', '80');
  const tcp = await rule('db-lb', 'global/targetTcpProxies/tcp-proxy', '443');
  await lab.clock.advance(30_000);
  const start = lab.clock.now();
  const list = async (filter: string, more: Readonly<Record<string, string>> = {}) => {
    const query = {
      filter,
      'interval.startTime': new Date(start).toISOString(),
      'interval.endTime': new Date(lab.clock.now()).toISOString(),
      ...more,
    };
    const answer = await lab.call('GET', `/v3/projects/p/timeSeries?${new URLSearchParams(query).toString()}`);
    if (answer.status === 200) {
      expect(parameterProblems('google.monitoring.v3.ListTimeSeriesRequest', query)).toEqual([]);
      expect(messageProblems('google.monitoring.v3.ListTimeSeriesResponse', answer.body)).toEqual([]);
    }
    return answer;
  };
  return {
    lab,
    http,
    tcp,
    list,
    series: async (filter: string, more = {}) => seriesOf((await list(filter, more)).body),
  };
}

const seriesOf = (body: Json): readonly Json[] => body['timeSeries'] ?? [];
const valuesOf = (series: Json | undefined): string[] =>
  (series?.['points'] ?? []).map((point) => String(point['value']?.['int64Value']));

describe('the Monitoring API of the local cloud', () => {
  test('has the requests of each group and status by second, newest first, in the messages that Google publishes', async () => {
    const { lab, http, series } = await metered();
    lab.traffic.send({ ...http, count: 3 });
    await lab.clock.advance(1_000);
    lab.traffic.send({ ...http, count: 4 });
    lab.traffic.send({ ...http, count: 2, statusOf: () => 503 });
    await lab.clock.advance(1_000);
    const all = await series(COUNT);
    expect(all.map((each) => [each['metric']?.['labels']?.['response_code_class'], valuesOf(each)])).toEqual([
      ['200', ['4', '3']],
      ['500', ['2']],
    ]);
    expect(all[0]?.['resource']).toEqual({
      type: 'https_lb_rule',
      labels: {
        project_id: 'p',
        region: 'global',
        forwarding_rule_name: 'web-lb',
        target_proxy_name: 'http-proxy',
        url_map_name: 'http-map',
        matched_url_path_rule: 'UNMATCHED',
        backend_target_name: 'http-bs',
        backend_target_type: 'BACKEND_SERVICE',
        backend_name: 'web-v001',
        backend_type: 'INSTANCE_GROUP',
        backend_scope: 'us-central1',
        backend_scope_type: 'REGION',
      },
    });
  });

  test('has latencies as distributions over exponential buckets', async () => {
    const { lab, http, series } = await metered();
    lab.traffic.send({ ...http, count: 9, tookMs: 10 });
    lab.traffic.send({ ...http, count: 1, tookMs: 40 });
    await lab.clock.advance(1_000);
    const [latency] = await series(LATENCY);
    const distribution = latency?.['points']?.[0]?.['value']?.['distributionValue'];
    expect(distribution).toMatchObject({
      count: '10',
      mean: 13,
      sumOfSquaredDeviation: 810,
      bucketOptions: { exponentialBuckets: { numFiniteBuckets: 66, growthFactor: 1.4, scale: 1 } },
    });
    // 1.4^6 = 7.5, 1.4^7 = 10.5; 1.4^10 = 28.9, 1.4^11 = 40.5
    expect(distribution?.['bucketCounts']).toEqual(['0', '0', '0', '0', '0', '0', '0', '9', '0', '0', '0', '1']);
  });

  test('tells requests that no instance could take apart from those of groups', async () => {
    const { lab, http, series } = await metered();
    const backend = '"NO_BACKEND_SELECTED"';
    await lab.done('PATCH', 'global/backendServices/http-bs', {
      backends: [{ group: 'regions/us-central1/instanceGroups/web-v001', capacityScaler: 0 }],
    });
    lab.traffic.send({ ...http, count: 5 });
    await lab.clock.advance(1_000);
    const found = await series(`${COUNT} AND resource.labels.backend_name = ${backend}`);
    expect(found.map((each) => [each['metric']?.['labels']?.['response_code'], valuesOf(each)])).toEqual([
      ['502', ['5']],
    ]);
  });

  test('counts new connections of proxies that know no requests', async () => {
    const { lab, tcp, series } = await metered();
    lab.traffic.connect(tcp);
    lab.traffic.connect(tcp);
    await lab.clock.advance(1_000);
    expect((await series(CONNECTIONS)).map(valuesOf)).toEqual([['2']]);
    expect(await series(COUNT)).toEqual([]);
  });

  test('remembers what a load balancer counted when it is gone, for an hour', async () => {
    const { lab, http, series } = await metered();
    lab.traffic.send({ ...http, count: 3 });
    await lab.done('DELETE', 'global/forwardingRules/web-lb');
    await lab.clock.advance(60_000);
    expect((await series(COUNT)).map(valuesOf)).toEqual([['3']]);
    await lab.clock.advance(3_600_000);
    expect(await series(COUNT)).toEqual([]);
  });

  test('adds samples up in periods that end with the window', async () => {
    const { lab, http, series } = await metered();
    for (let second = 0; second < 20; second++) {
      lab.traffic.send({ ...http, count: 1, tookMs: 5 });
      await lab.clock.advance(1_000);
    }
    const align = { 'aggregation.alignmentPeriod': '10s', 'aggregation.perSeriesAligner': 'ALIGN_DELTA' };
    expect((await series(COUNT, align)).map(valuesOf)).toEqual([['10', '10']]);
    const [latency] = await series(LATENCY, align);
    expect(latency?.['points']?.map((point) => point['value']?.['distributionValue']?.['count'])).toEqual(['10', '10']);
  });

  test('gives pages of points, and goes on where the page before ended', async () => {
    const { lab, http, list } = await metered();
    for (let second = 0; second < 5; second++) {
      lab.traffic.send({ ...http, count: second + 1 });
      await lab.clock.advance(1_000);
    }
    const seen: string[] = [];
    let pageToken = '';
    for (let pages = 0; pages < 3; pages++) {
      const { body } = await list(COUNT, { pageSize: '2', pageToken });
      seen.push(...seriesOf(body).flatMap(valuesOf));
      pageToken = String(body['nextPageToken'] ?? '');
    }
    expect(seen).toEqual(['5', '4', '3', '2', '1']);
    expect(pageToken).toBe('');
  });

  test('says how often its counters are taken and how late they are', async () => {
    const { lab } = await metered();
    const path = '/v3/projects/p/metricDescriptors';
    const one = await lab.call('GET', `${path}/loadbalancing.googleapis.com/https/request_count`);
    expect(one.body).toMatchObject({ metricKind: 'DELTA', metadata: { samplePeriod: '1s', ingestDelay: '0s' } });
    expect(messageProblems('google.api.MetricDescriptor', one.body)).toEqual([]);
    const all = await lab.call('GET', path);
    expect(messageProblems('google.monitoring.v3.ListMetricDescriptorsResponse', all.body)).toEqual([]);
    expect((await lab.call('GET', `${path}/compute.googleapis.com/x`)).status).toBe(404);
  });

  test.each([
    ['resource.labels.backend_name = "web-v001"', 1],
    ['resource.labels.backend_name = "web-v002"', 0],
    ['resource.labels.backend_name = one_of("other", "web-v001")', 1],
    ['resource.labels.backend_name = monitoring.regex.full_match("web-v\\\\d{3,}")', 1],
    ['resource.labels.backend_name = monitoring.regex.full_match("web")', 0],
    ['resource.labels.backend_name = starts_with("web-")', 1],
    ['metric.labels.response_code_class != "200"', 0],
    ['resource.type = "https_lb_rule" AND metric.label.response_code : "20"', 1],
  ])('the filter %s leaves %i series', async (filter, expected) => {
    const { lab, http, series } = await metered();
    lab.traffic.send({ ...http, count: 1 });
    await lab.clock.advance(1_000);
    expect(await series(`${COUNT} AND ${filter}`)).toHaveLength(expected);
  });

  test.each([
    [{ filter: '' }, 'metric.type = "..."'],
    [{ filter: 'resource.type = "https_lb_rule"' }, 'exactly one metric'],
    [{ filter: `${COUNT} OR resource.type = "x"` }, 'cannot be read from "OR'],
    [{ filter: `${COUNT} AND project = "x"` }, 'cannot be read from "project'],
    [{ filter: 'metric.type = "compute.googleapis.com/x"' }, 'Cannot find metric'],
    [{ 'interval.endTime': 'yesterday' }, 'interval.endTime'],
    [{ 'interval.startTime': '2999-01-01T00:00:00Z' }, 'must not be later'],
    [{ 'aggregation.perSeriesAligner': 'ALIGN_RATE' }, 'ALIGN_DELTA'],
    [{ 'aggregation.crossSeriesReducer': 'REDUCE_SUM' }, 'does not add series up'],
    [{ pageToken: 'x' }, 'pageToken'],
    [{ colour: 'red' }, 'does not know it'],
  ])('refuses %j, and says what it takes', async (more, sentence) => {
    const { list } = await metered();
    const { status, body } = await list(COUNT, more);
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(String(body['error']?.['message'])).toContain(sentence);
  });
});
