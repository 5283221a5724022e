import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const where = { credentials: 'local-gce', region: 'us-central1' };
const INSTANCE = "${ #stage('Deploy')['outputs']['deployedServerGroups'][0]['instances'][0]['name'] }";
const one = { ...where, instanceIds: [INSTANCE], loadBalancerNames: ['hello-network'] };
const deployed = (loadBalancerType: string) =>
  pipeline('hello', 'register')
    .stage('upsertLoadBalancer', 'Balance', {
      ...where,
      loadBalancerName: 'hello-network',
      loadBalancerType,
      portRange: '8080',
    })
    .stage('deploy', 'Deploy', {
      clusters: [{ account: 'local-gce', application: 'hello', region: 'us-central1', image: 'hello-1' }],
    })
    .stage('registerInstancesWithLoadBalancer', 'Register', one);

describe('registering instances', () => {
  it('puts them behind a load balancer until they are healthy there, and takes them away again', async () => {
    const result = await expectPipeline(
      deployed('NETWORK').stage('deregisterInstancesFromLoadBalancer', 'Deregister', one),
    )
      .withImage('hello-1')
      .toSucceed();
    expect(result.operations.map(({ name }) => name)).toEqual([
      'upsertLoadBalancer',
      'createServerGroup',
      'registerInstancesWithLoadBalancer',
      'deregisterInstancesFromLoadBalancer',
    ]);
    expect(result.stage('Register').tasks.map(({ name }) => name)).toEqual([
      'determineInstances',
      'acquireClusterLock',
      'registerInstances',
      'monitorInstances',
      'waitForUpInstances',
      'releaseClusterLock',
    ]);
  });

  it('says that a load balancer knows server groups only', async () => {
    await expectPipeline(deployed('TCP'))
      .withImage('hello-1')
      .toFail({ stage: 'Register', reason: 'is of type TCP, which knows server groups and no single instances' });
  });

  it('needs a load balancer', async () => {
    await expectPipeline(
      pipeline('hello', 'register').stage('registerInstancesWithLoadBalancer', 'Register', {
        ...where,
        instanceIds: ['hello-prod-v000-ab12'],
        loadBalancerNames: [],
      }),
    ).toFail({ stage: 'Register', reason: 'loadBalancerNames: must name at least one load balancer' });
  });
});
