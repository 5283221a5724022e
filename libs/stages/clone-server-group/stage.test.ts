import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { cloneServerGroupSchema } from './schema.ts';

const running = {
  application: 'hello',
  stack: 'prod',
  account: 'local-gce',
  region: 'us-central1',
  image: 'hello-1',
  instances: 2,
  loadBalancers: ['hello-lb'],
};
const clone = (settings: z.input<typeof cloneServerGroupSchema>) =>
  expectPipeline(
    pipeline('hello', 'clone').stage('cloneServerGroup', 'Clone', {
      credentials: 'local-gce',
      region: 'us-central1',
      ...settings,
    }),
  )
    .withLoadBalancer('hello-lb', 'us-central1')
    .withServerGroup(running);

describe('a clone', () => {
  it('is like its source, but for what is described otherwise; its strategy sees to the older one', async () => {
    const result = await clone({
      cluster: 'hello-prod',
      target: 'current_asg_dynamic',
      image: 'hello-2',
      strategy: 'redblack',
      capacity: { min: 1, max: 1, desired: 1 },
    })
      .withImage('hello-2')
      .toSucceed();
    expect(
      result.serverGroups.map(({ name, image, instances, isDisabled, loadBalancers }) => ({
        name,
        image,
        size: instances.length,
        isDisabled,
        loadBalancers,
      })),
    ).toEqual([
      { name: 'hello-prod-v000', image: 'hello-1', size: 2, isDisabled: true, loadBalancers: ['hello-lb'] },
      { name: 'hello-prod-v001', image: 'hello-2', size: 1, isDisabled: false, loadBalancers: ['hello-lb'] },
    ]);
    expect(result.stage('Clone')).toMatchObject({
      context: { source: { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000' } },
      outputs: {
        'deploy.server.groups': { 'us-central1': ['hello-prod-v001'] },
        deployedServerGroups: [{ serverGroupName: 'hello-prod-v001', image: 'hello-2', source: 'hello-prod-v000' }],
      },
    });
  });

  it('goes to another cluster by its stack, as large as its source, without traffic on request', async () => {
    const result = await clone({
      source: { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000' },
      stack: 'canary',
      useSourceCapacity: true,
      disableTraffic: true,
    }).toSucceed();
    expect(result.serverGroups.find(({ cluster }) => cluster === 'hello-canary')).toMatchObject({
      name: 'hello-canary-v000',
      image: 'hello-1',
      isDisabled: true,
      capacity: { desired: 2 },
    });
  });

  it('is not made where there is nothing to clone', async () => {
    await clone({
      source: { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v009' },
    }).toFail({ stage: 'Clone', reason: 'hello-prod-v009 does not exist' });
    await clone({ cluster: 'hello-test' }).toFail({ stage: 'Clone', reason: 'the cluster has no server group' });
    await clone({}).toFail({ stage: 'Clone', reason: 'names neither a cluster nor a server group to clone' });
  });
});
