import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const cluster = {
  account: 'local-gce',
  application: 'hello',
  stack: 'prod',
  region: 'us-central1',
  loadBalancers: ['hello-lb'],
};
const deploy = (settings: object = {}) =>
  expectPipeline(
    pipeline('hello', 'monitored').stage('deploy', 'Deploy', {
      clusters: [
        {
          ...cluster,
          image: 'hello-2',
          capacity: { min: 4, max: 4, desired: 4 },
          strategy: 'monitored',
          deploySteps: [25],
          analysisSeconds: 30,
          ...settings,
        },
      ],
    }),
  )
    .withImage('hello-2')
    .withHttpLoadBalancer('hello-lb')
    .withServerGroup({ ...cluster, image: 'hello-1', instances: 4 });

describe('a monitored deploy', () => {
  it('grows in steps, the old one serving so much less, and takes over in the end', async () => {
    const result = await deploy().withTraffic('hello-lb', { perSecond: 40, tookMs: 10 }).toSucceed();
    expect(
      result.operations
        .filter(({ name }) => name === 'resizeServerGroup' || name === 'disableServerGroup')
        .map(({ description: { serverGroupName, capacity, desiredPercentage } }) => [
          serverGroupName,
          capacity ?? desiredPercentage ?? 100,
        ]),
    ).toEqual([
      ['hello-prod-v001', { min: 1, max: 1, desired: 1 }],
      ['hello-prod-v000', 25],
      ['hello-prod-v001', { min: 4, max: 4, desired: 4 }],
      ['hello-prod-v000', 100],
    ]);
  });

  it('is taken back by the first bad verdict', async () => {
    const result = await deploy()
      .withTraffic('hello-lb', { perSecond: 40, tookMs: 10, fails: 'hello-prod-v001' })
      .toRollBack();
    expect(result.serverGroups[0]).toMatchObject({ isDisabled: false, capacity: { desired: 4 } });
    expect(result.serverGroups.every(({ holds }) => holds === undefined)).toBe(true);
  });

  it('is refused when its monitor is unknown', async () => {
    await deploy({ deploymentMonitor: { id: 'nowhere' } }).toFail({ reason: /deployment monitor "nowhere"/ });
  });
});
