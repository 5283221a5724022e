import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const where = { credentials: 'local-gce', cluster: 'hello', regions: ['us-central1'], target: 'current_asg_dynamic' };
const deployed = (loadBalancerType: string, region: string) =>
  pipeline('hello', 'disable')
    .stage('upsertLoadBalancer', 'Balance', {
      credentials: 'local-gce',
      region,
      loadBalancerName: 'hello-lb',
      loadBalancerType,
      portRange: '8080',
    })
    .stage('deploy', 'Deploy', {
      clusters: [
        {
          account: 'local-gce',
          application: 'hello',
          region: 'us-central1',
          image: 'hello-1',
          loadBalancers: ['hello-lb'],
        },
      ],
    });

describe('disabling a server group', () => {
  it('may leave it a part of its traffic', async () => {
    const result = await expectPipeline(
      deployed('HTTP', 'global').stage('disableServerGroup', 'Disable', { ...where, desiredPercentage: 40 }),
    )
      .withImage('hello-1')
      .toSucceed();
    expect(result.operations.at(-1)).toMatchObject({
      name: 'disableServerGroup',
      description: { desiredPercentage: 40 },
    });
    expect(result.serverGroups[0]).toMatchObject({ isDisabled: false });
    expect(JSON.stringify(result.stage('Disable'))).toContain('60 % of hello-v000 still serve');
  });

  it('says where a load balancer takes server groups whole', async () => {
    await expectPipeline(
      deployed('TCP', 'us-central1').stage('disableServerGroup', 'Disable', { ...where, desiredPercentage: 40 }),
    )
      .withImage('hello-1')
      .toFail({ stage: 'Disable', reason: 'passes connections through and takes a group whole' });
  });
});
