import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const running = {
  application: 'hello',
  stack: 'prod',
  account: 'local-gce',
  region: 'us-central1',
  image: 'hello-1',
  loadBalancers: ['hello-lb'],
};
const watch = (settings: object = {}) =>
  expectPipeline(
    pipeline('hello', 'watch').stage('watchTraffic', 'Watch', {
      credentials: 'local-gce',
      region: 'us-central1',
      cluster: 'hello-prod',
      serverGroupName: 'hello-prod-v000',
      forSeconds: 60,
      rules: { maxFailureRatio: 0.01, minRequests: 20 },
      ...settings,
    }),
  )
    .withHttpLoadBalancer('hello-lb')
    .withServerGroup({ ...running, instances: 2 });

describe('watching traffic', () => {
  it('takes its time while it is good, and hands on what was counted', async () => {
    const result = await watch().withTraffic('hello-lb', { perSecond: 5, tookMs: 10 }).toSucceed();
    const { startTime = 0, endTime = 0, outputs } = result.stage('Watch');
    expect(endTime - startTime).toBeGreaterThanOrEqual(60_000);
    expect(outputs['trafficReport']).toMatchObject({ serverGroups: [{ serverGroup: 'hello-prod-v000', failures: 0 }] });
  });

  it('ends as soon as it breaks a rule, with the numbers', async () => {
    const result = await watch()
      .withTraffic('hello-lb', { perSecond: 40, tookMs: 10, fails: 'hello-prod-v000' })
      .toFail({ stage: 'Watch', reason: /100 % of them failed, more than 1 %/ });
    const { startTime = 0, endTime = 0 } = result.stage('Watch');
    expect(endTime - startTime).toBeLessThan(30_000);
  });

  it('fails, or goes on if it may, when there is too little to judge by', async () => {
    await watch().toFail({ stage: 'Watch', reason: /0 of the 20 requests that a judgment needs/ });
    await watch({ whenUndecided: 'goOn' }).toSucceed();
  });
});
