import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import { describe, expect, it } from 'vitest';
import { expectPipeline, pipeline } from './testing.ts';

const place = { account: 'local-gce', region: 'us-central1' };
const running = {
  ...place,
  application: 'shop',
  stack: 'main',
  image: 'shop-1',
  instances: 2,
  loadBalancers: ['shop-lb'],
};
const target = { credentials: 'local-gce', region: 'us-central1', cluster: 'shop-main', cloudProvider: 'gce' };
const report = (more: object = {}) =>
  pipeline('shop', 'watch')
    .stage('wait', 'Some traffic', { waitTime: 30 })
    .stage('trafficReport', 'Traffic', { ...target, ...more });
const tested = (more: object = {}) =>
  expectPipeline(report(more)).withHttpLoadBalancer('shop-lb').withServerGroup(running);
const deployed = (loadBalancers: readonly string[], strategy: string) =>
  pipeline('shop', 'deploy').stage('deploy', 'Deploy', {
    clusters: [
      {
        ...place,
        application: 'shop',
        stack: 'main',
        cloudProvider: 'gce',
        strategy,
        capacity: { min: 2, max: 2, desired: 2 },
        loadBalancers,
        image: 'shop-2',
      },
    ],
  });
const deploy = deployed(['shop-lb'], 'redblack');
const reportIn = (outputs: Readonly<Record<string, unknown>>) => outputs['trafficReport'] as TrafficReport;

describe('a traffic report', () => {
  it('counts every request by version, and says so in a sentence', async () => {
    const result = await tested({ during: 'the deploy' })
      .withTraffic('shop-lb', { perSecond: 40, tookMs: 12 })
      .toSucceed();
    const stage = result.stage('Traffic');
    const { serverGroups, unserved, complete } = reportIn(stage.outputs);
    expect(serverGroups).toMatchObject([{ serverGroup: 'shop-main-v000', failures: 0 }]);
    // Each second has 40; the first and the last may lie outside of the window.
    expect(serverGroups[0]?.requests).toBeGreaterThanOrEqual(29 * 40);
    expect((serverGroups[0]?.requests ?? 1) % 40).toBe(0);
    expect(serverGroups[0]?.p50).toBeGreaterThan(10);
    expect(serverGroups[0]?.p99).toBeLessThan(15);
    expect([unserved.requests, complete]).toEqual([0, true]);
    expect(stage.outputs['trafficSummary']).toMatch(
      /^During the deploy shop-main-v000 answered 1,\d{3} requests, 0 failed, p99 1\d ms$/,
    );
  });
  it('counts answers with errors as failed, and leaves them out of the latencies', async () => {
    const result = await tested().withTraffic('shop-lb', { perSecond: 40, fails: 'shop-main-v000' }).toSucceed();
    const [group] = reportIn(result.stage('Traffic').outputs).serverGroups;
    expect(group).toMatchObject({ serverGroup: 'shop-main-v000', failures: group?.requests, p99: null });
  });
  it('counts what no instance could take', async () => {
    const dark = pipeline('shop', 'dark')
      .stage('disableServerGroup', 'Take it out', { ...target, serverGroupName: 'shop-main-v000' })
      .stage('wait', 'Nobody serves', { waitTime: 10 })
      .stage('trafficReport', 'Traffic', { ...target, lookBackSeconds: 5 });
    const result = await expectPipeline(dark)
      .withHttpLoadBalancer('shop-lb')
      .withServerGroup(running)
      .withTraffic('shop-lb', { perSecond: 10 })
      .toSucceed();
    // Five seconds, which need not begin with one.
    expect(result.stage('Traffic').outputs['trafficSummary']).toBe(
      'Within 6 s shop-main-v000 got no traffic; no instance could take 60 requests, which the load balancers answered themselves',
    );
  });
  it('says that nothing is known of load balancers that pass connections through', async () => {
    const result = await expectPipeline(report())
      .withLoadBalancer('shop-lb', 'us-central1')
      .withServerGroup(running)
      .withTraffic('shop-lb', { perSecond: 5 })
      .toSucceed();
    expect(result.stage('Traffic').outputs['trafficSummary']).toMatch(
      / s shop-lb passes packets through and counts no requests$/,
    );
  });

  it('ends every deploy behind a load balancer, version by version, and no request is lost on the way', async () => {
    const result = await expectPipeline(deploy)
      .withHttpLoadBalancer('shop-lb')
      .withServerGroup(running)
      .withImage('shop-2')
      .withTraffic('shop-lb', { perSecond: 40, tookMs: 12 })
      .toSucceed();
    const { outputs } = result.stage('Report traffic');
    const { serverGroups, unserved } = reportIn(outputs);
    expect(serverGroups.map(({ serverGroup, failures }) => [serverGroup, failures])).toEqual([
      ['shop-main-v001', 0],
      ['shop-main-v000', 0],
    ]);
    for (const { requests } of serverGroups) expect(requests).toBeGreaterThan(0);
    expect(serverGroups.reduce((sum, { requests }) => sum + requests, 0) % 40).toBe(0);
    expect(unserved.requests).toBe(0);
    expect(outputs['trafficSummary']).toMatch(
      /^During the deploy shop-main-v001 answered [\d,]+ requests, 0 failed, p99 1\d ms; shop-main-v000 answered /,
    );
  });
  it('ends a deploy that fails too', async () => {
    const result = await expectPipeline(deploy)
      .withHttpLoadBalancer('shop-lb')
      .withServerGroup(running)
      .withImage('shop-2')
      .whenHealthFails('shop-main-v001')
      .withTraffic('shop-lb', { perSecond: 40 })
      .toRollBack();
    const { outputs } = result.stage('Report traffic');
    expect(reportIn(outputs).serverGroups.find(({ serverGroup }) => serverGroup === 'shop-main-v000')).toMatchObject({
      failures: 0,
    });
    expect(outputs['trafficSummary']).toMatch(/^During the failed deploy /);
  });
  it('ends no deploy that no load balancer is involved in', async () => {
    const bare = { ...running, loadBalancers: [] };
    const result = await expectPipeline(deployed([], 'none')).withServerGroup(bare).withImage('shop-2').toSucceed();
    expect(result.execution.stages.map(({ type }) => type)).not.toContain('trafficReport');
  });
});
