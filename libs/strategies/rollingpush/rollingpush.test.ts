import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const cluster = {
  account: 'local-gce',
  application: 'hello',
  stack: 'prod',
  region: 'us-central1',
  loadBalancers: ['hello-lb'],
};
const healing = { healthCheck: 'hello-lb-hc', initialDelaySec: 60 };
const push = (settings: object = {}, before: object = { autoHealingPolicy: healing }) =>
  expectPipeline(
    pipeline('hello', 'push').stage('deploy', 'Deploy', {
      clusters: [{ ...cluster, image: 'hello-2', strategy: 'rollingpush', ...settings }],
    }),
  )
    .withImage('hello-2')
    .withHttpLoadBalancer('hello-lb')
    .withHttpLoadBalancer('other-lb')
    .withServerGroup({ ...cluster, image: 'hello-1', instances: 3, ...before });

describe('a rolling push', () => {
  it('replaces the instances of the server group that serves, and makes none', async () => {
    const result = await push().toSucceed();
    expect(result.serverGroups.map(({ name, image }) => [name, image])).toEqual([['hello-prod-v000', 'hello-2']]);
    expect(result.serverGroups[0]?.instances).toHaveLength(3);
    expect(result.operations[0]).toMatchObject({
      name: 'updateLaunchConfig',
      description: { image: 'hello-2', updatePolicy: { type: 'PROACTIVE', maxUnavailable: { fixed: 0 } } },
    });
  });

  it('keeps what it has made, and holds nothing any more', async () => {
    const result = await push().toSucceed();
    expect(result.serverGroups[0]?.holds).toBeUndefined();
  });

  it.each([
    ['are never healthy', () => push().whenHealthFails('hello-prod-v000'), 'TERMINAL' as const],
    ['are unwanted before all have come', () => push().cancelledAfter(1_500), 'CANCELED' as const],
  ])('has the former instances back where new ones %s', async (_why, pushed, status) => {
    const result = await pushed().toEnd(status);
    expect(result.serverGroups.map(({ name, image, holds }) => [name, image, holds])).toEqual([
      ['hello-prod-v000', 'hello-1', undefined],
    ]);
    expect(result.operations.at(-1)).toMatchObject({
      name: 'updateLaunchConfig',
      description: { image: expect.stringMatching(/hello-1$/), updatePolicy: { type: 'PROACTIVE' } },
    });
  });

  it('is not held where it adds what a template cannot lose again', async () => {
    const result = await push({ labels: { team: 'shop' } }).toSucceed();
    expect(result.operations).toHaveLength(1);
    expect(result.operations[0]?.description['hold']).toBeUndefined();
  });

  it('leaves those that run where none is to be relaunched', async () => {
    const result = await push({ termination: { relaunchAllInstances: false } }).toSucceed();
    expect(result.operations[0]?.description['updatePolicy']).toMatchObject({ type: 'OPPORTUNISTIC' });
  });

  it.each([
    ['nobody but the load balancer looks at its instances', {}, /has no autohealing/],
    [
      'its managed group looks by another health check than its load balancer',
      { autoHealingPolicy: { healthCheck: 'other-lb-hc' } },
      /pass other-lb-hc, while its load balancers ask hello-lb-hc/,
    ],
  ])('is refused before anything is replaced where %s', async (_why, before, reason) => {
    const result = await push({}, before).toFail({ reason });
    expect(result.operations).toEqual([]);
    expect(result.serverGroups).toMatchObject([{ image: 'hello-1', instanceCounts: { up: 3 } }]);
  });

  it('goes by what runs where it is asked to', async () => {
    const result = await push({ interestingHealthProviderNames: ['Google'] }, {}).toSucceed();
    expect(result.serverGroups[0]?.image).toBe('hello-2');
  });

  it('is refused where only a part would be', async () => {
    await push({ termination: { relaunchAllInstances: false, totalRelaunches: 2 } }).toFail({
      reason: /totalRelaunches/,
    });
  });
});
