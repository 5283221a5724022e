import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const cluster = {
  account: 'local-gce',
  application: 'hello',
  stack: 'prod',
  region: 'us-central1',
  loadBalancers: ['hello-lb'],
};
const push = (settings: object = {}) =>
  expectPipeline(
    pipeline('hello', 'push').stage('deploy', 'Deploy', {
      clusters: [{ ...cluster, image: 'hello-2', strategy: 'rollingpush', ...settings }],
    }),
  )
    .withImage('hello-2')
    .withHttpLoadBalancer('hello-lb')
    .withServerGroup({ ...cluster, image: 'hello-1', instances: 3 });

describe('a rolling push', () => {
  it('replaces the instances of the server group that serves, and makes none', async () => {
    const result = await push().toSucceed();
    expect(result.serverGroups.map(({ name, image }) => [name, image])).toEqual([['hello-prod-v000', 'hello-2']]);
    expect(result.serverGroups[0]?.instances).toHaveLength(3);
    expect(result.operations.at(-1)).toMatchObject({
      name: 'updateLaunchConfig',
      description: { image: 'hello-2', updatePolicy: { type: 'PROACTIVE', maxUnavailable: { fixed: 0 } } },
    });
  });

  it('leaves those that run where none is to be relaunched', async () => {
    const result = await push({ termination: { relaunchAllInstances: false } }).toSucceed();
    expect(result.operations.at(-1)?.description['updatePolicy']).toMatchObject({ type: 'OPPORTUNISTIC' });
  });

  it('is refused where only a part would be', async () => {
    await push({ termination: { relaunchAllInstances: false, totalRelaunches: 2 } }).toFail({
      reason: /totalRelaunches/,
    });
  });
});
