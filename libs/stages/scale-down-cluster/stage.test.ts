import { expectPipeline, pipeline, type PipelineResult } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const running = {
  application: 'hello',
  stack: 'prod',
  account: 'local-gce',
  region: 'us-central1',
  instances: 2,
  loadBalancers: ['hello-lb'],
};
const where = { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'] };
const sizes = (result: PipelineResult): string[] =>
  result.serverGroups.map(({ name, instances }) => `${name} ${instances.length}`);
const withThree = (tested: ReturnType<typeof expectPipeline>) =>
  ['hello-1', 'hello-2', 'hello-3'].reduce(
    (before, image) => before.withServerGroup({ ...running, image }),
    tested.withLoadBalancer('hello-lb', 'us-central1'),
  );

describe('scaling a cluster down', () => {
  it('takes the instances of disabled server groups beyond the newest, and leaves those that serve', async () => {
    const result = await withThree(
      expectPipeline(
        pipeline('hello', 'scale down')
          .stage('disableServerGroup', 'Disable', { ...where, target: 'oldest_asg_dynamic' })
          .stage('scaleDownCluster', 'Scale down', where),
      ),
    ).toSucceed();
    expect(sizes(result)).toEqual(['hello-prod-v000 0', 'hello-prod-v001 2', 'hello-prod-v002 2']);
    expect(result.stage('Scale down').context).toMatchObject({
      'deploy.server.groups': { 'us-central1': ['hello-prod-v000'] },
      'deploy.account.name': 'local-gce',
    });
  });

  it('takes those of groups that serve where this is allowed', async () => {
    const result = await withThree(
      expectPipeline(
        pipeline('hello', 'scale down').stage('scaleDownCluster', 'Scale down', {
          ...where,
          remainingFullSizeServerGroups: 2,
          allowScaleDownActive: true,
        }),
      ),
    ).toSucceed();
    expect(sizes(result)).toEqual(['hello-prod-v000 0', 'hello-prod-v001 2', 'hello-prod-v002 2']);
  });

  it('fails where the cluster has nothing, unless that is no failure', async () => {
    const empty = (settings: { continueIfClusterNotFound?: boolean }) =>
      expectPipeline(pipeline('hello', 'empty').stage('scaleDownCluster', 'Scale down', { ...where, ...settings }));
    await empty({}).toFail({ stage: 'Scale down', reason: 'Cluster hello-prod has no server group in us-central1' });
    await empty({ continueIfClusterNotFound: true }).toSucceed();
  });
});
