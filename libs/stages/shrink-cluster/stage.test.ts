import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { shrinkClusterSchema } from './schema.ts';

const running = {
  application: 'hello',
  stack: 'prod',
  account: 'local-gce',
  region: 'us-central1',
  loadBalancers: ['hello-lb'],
};
const shrink = (settings: z.input<typeof shrinkClusterSchema>) =>
  ['hello-1', 'hello-2', 'hello-3'].reduce(
    (before, image) => before.withServerGroup({ ...running, image }),
    expectPipeline(
      pipeline('hello', 'shrink').stage('shrinkCluster', 'Shrink', {
        credentials: 'local-gce',
        cluster: 'hello-prod',
        regions: ['us-central1'],
        ...settings,
      }),
    ).withLoadBalancer('hello-lb', 'us-central1'),
  );

describe('shrinking a cluster', () => {
  it('takes the traffic of what serves before it destroys it', async () => {
    const result = await shrink({ shrinkToSize: 1, allowDeleteActive: true }).toSucceed();
    expect(result.serverGroups.map(({ name }) => name)).toEqual(['hello-prod-v002']);
    expect(
      result.operations.map(({ name, description }) => `${name} ${String(description['serverGroupName'])}`),
    ).toEqual([
      'disableServerGroup hello-prod-v001',
      'disableServerGroup hello-prod-v000',
      'destroyServerGroup hello-prod-v001',
      'destroyServerGroup hello-prod-v000',
    ]);
    expect(result.stage('Disable cluster')).toMatchObject({
      type: 'disableCluster',
      syntheticStageOwner: 'STAGE_BEFORE',
      status: 'SUCCEEDED',
    });
  });

  it('leaves that step out on request', async () => {
    const result = await shrink({
      shrinkToSize: 2,
      allowDeleteActive: true,
      runDisableClusterStep: false,
    }).toSucceed();
    expect(result.operations.map(({ name }) => name)).toEqual(['destroyServerGroup']);
  });

  it('of an older deploy leaves alone what a newer one made', async () => {
    const createdServerGroup = { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v001' };
    const result = await shrink({ shrinkToSize: 1, allowDeleteActive: true, createdServerGroup }).toSucceed();
    expect(result.serverGroups.filter(({ isDisabled }) => !isDisabled).map(({ name }) => name)).toEqual([
      'hello-prod-v001',
      'hello-prod-v002',
    ]);
    expect(result.operations.map(({ description }) => description['serverGroupName'])).not.toContain('hello-prod-v002');
  });

  it('destroys nothing that serves unless this is allowed', async () => {
    const result = await shrink({ shrinkToSize: 1 }).toSucceed();
    expect(result.serverGroups).toHaveLength(3);
    expect(result.operations).toEqual([]);
  });
});
