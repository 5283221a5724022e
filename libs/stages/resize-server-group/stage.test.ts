import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { resizeServerGroupSchema } from './schema.ts';

const running = { application: 'hello', stack: 'prod', account: 'local-gce', region: 'us-central1', image: 'hello-1' };
const where = {
  credentials: 'local-gce',
  cluster: 'hello-prod',
  regions: ['us-central1'],
  target: 'current_asg_dynamic',
};
const resize = (settings: z.input<typeof resizeServerGroupSchema>) =>
  pipeline('hello', 'resize').stage('resizeServerGroup', 'Resize', { ...where, ...settings });

describe('a resize', () => {
  it('brings a server group to a size, and ends when its instances are up', async () => {
    const result = await expectPipeline(resize({ action: 'scale_exact', capacity: { min: 3, max: 3, desired: 3 } }))
      .withServerGroup({ ...running, instances: 1 })
      .toSucceed();
    expect(result.operations).toMatchObject([
      {
        name: 'resizeServerGroup',
        description: { serverGroupName: 'hello-prod-v000', capacity: { min: 3, max: 3, desired: 3 } },
      },
    ]);
    expect(result.serverGroups[0]?.instances).toHaveLength(3);
    expect(result.stage('Resize')).toMatchObject({
      outputs: {
        capacity: { min: 3, max: 3, desired: 3 },
        'originalCapacity.hello-prod-v000': { min: 1, max: 1, desired: 1 },
      },
      tasks: [
        { name: 'acquireClusterLock' },
        { name: 'determineTargetServerGroup' },
        { name: 'determineCapacity' },
        { name: 'resizeServerGroup' },
        { name: 'monitorServerGroup' },
        { name: 'waitForCapacityMatch' },
        { name: 'releaseClusterLock' },
      ],
    });
  });

  it('grows by a number and shrinks by a percentage of what there is', async () => {
    const grown = await expectPipeline(resize({ action: 'scale_up', scaleNum: 2 }))
      .withServerGroup({ ...running, instances: 2 })
      .toSucceed();
    expect(grown.serverGroups[0]?.capacity.desired).toBe(4);
    const shrunk = await expectPipeline(resize({ action: 'scale_down', scalePct: 50 }))
      .withServerGroup({ ...running, instances: 3 })
      .toSucceed();
    expect(shrunk.serverGroups[0]?.instances).toHaveLength(1);
  });

  it('takes the size of the largest of the cluster', async () => {
    const result = await expectPipeline(resize({ action: 'scale_to_cluster', target: 'ancestor_asg_dynamic' }))
      .withServerGroup({ ...running, instances: 1 })
      .withServerGroup({ ...running, image: 'hello-2', instances: 3 })
      .toSucceed();
    expect(result.serverGroups.map(({ name, capacity }) => `${name} ${capacity.desired}`)).toEqual([
      'hello-prod-v000 3',
      'hello-prod-v001 3',
    ]);
  });

  it('waits for instances that do not come, and says which are lacking', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'resize').stage(
        'resizeServerGroup',
        'Resize',
        { ...where, action: 'scale_exact', targetSize: 2 },
        { stageTimeoutMs: 600_000 },
      ),
    )
      .withLoadBalancer('hello-lb', 'us-central1')
      .withServerGroup({ ...running, loadBalancers: ['hello-lb'] })
      .whenHealthFails('us-central1')
      .toFail({ stage: 'Resize' });
    const wait = result.stage('Resize').tasks.find(({ name }) => name === 'waitForCapacityMatch');
    const told = JSON.stringify(wait);
    expect(told).toContain('1 of 2 instances of hello-prod-v000 are up, 2 are needed');
    // For how long, and when it gives up: by the end, very soon.
    expect(told).toMatch(/ for 1?\d min; gives up in \d+ s, then fails/u);
  });

  it('is refused, with the field, where no size or no server group is meant', async () => {
    await expectPipeline(resize({ action: 'scale_up' }))
      .withServerGroup(running)
      .toFail({ stage: 'Resize', reason: 'scale_up needs scalePct (percent) or scaleNum (instances)' });
    await expectPipeline(resize({ action: 'scale_up', scaleNum: 1 })).toFail({
      stage: 'Resize',
      reason: 'the cluster has no server group',
    });
    await expectPipeline(resize({ serverGroupName: 'hello-prod-v007', target: undefined, targetSize: 1 }))
      .withServerGroup(running)
      .toFail({ stage: 'Resize', reason: 'There is no server group hello-prod-v007 in us-central1' });
  });
});
