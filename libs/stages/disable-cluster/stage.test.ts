import { expectPipeline, pipeline, type PipelineResult } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { disableClusterSchema } from './schema.ts';

const running = {
  application: 'hello',
  stack: 'prod',
  account: 'local-gce',
  region: 'us-central1',
  loadBalancers: ['hello-lb'],
};
const disable = (settings: z.input<typeof disableClusterSchema> = {}) =>
  expectPipeline(
    pipeline('hello', 'disable').stage('disableCluster', 'Disable', {
      credentials: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1'],
      ...settings,
    }),
  )
    .withLoadBalancer('hello-lb', 'us-central1')
    .withServerGroup({ ...running, image: 'hello-1', instances: 2 })
    .withServerGroup({ ...running, image: 'hello-2' });
const serving = (result: PipelineResult): string[] =>
  result.serverGroups.filter(({ isDisabled }) => !isDisabled).map(({ name }) => name);

describe('disabling a cluster', () => {
  it('leaves the newest server group its traffic', async () => {
    const result = await disable().toSucceed();
    expect(serving(result)).toEqual(['hello-prod-v001']);
    expect(result.stage('Disable').context).toMatchObject({
      'deploy.server.groups': { 'us-central1': ['hello-prod-v000'] },
    });
  });

  it('takes none from what a newer deploy made', async () => {
    const createdServerGroup = { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000' };
    const result = await disable({ createdServerGroup }).toSucceed();
    expect(serving(result)).toEqual(['hello-prod-v000', 'hello-prod-v001']);
    expect(result.operations).toEqual([]);
  });

  it('or the largest, or none, as it is told', async () => {
    // Published pipelines have the switch as text.
    expect(serving(await disable({ preferLargerOverNewer: 'true' }).toSucceed())).toEqual(['hello-prod-v000']);
    expect(serving(await disable({ remainingEnabledServerGroups: 0 }).toSucceed())).toEqual([]);
  });
});
