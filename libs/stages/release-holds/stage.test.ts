import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const group = { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-v000' };
const held = { ...group, desiredPercentage: 60, hold: { name: 'share', reason: 'a newcomer takes the rest' } };
const deployed = () =>
  pipeline('hello', 'hold')
    .stage('upsertLoadBalancer', 'Balance', {
      credentials: 'local-gce',
      region: 'global',
      loadBalancerName: 'hello-lb',
      loadBalancerType: 'HTTP',
      portRange: '80',
      defaultService: { name: 'hello-bs', healthCheck: { port: 8080 } },
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

describe('what a pipeline changes for a time', () => {
  it('is taken back when it says so', async () => {
    const result = await expectPipeline(
      deployed()
        .stage('disableServerGroup', 'Share', held)
        .stage('releaseHolds', 'Release', { ...group, holds: ['share'] }),
    )
      .withImage('hello-1')
      .toSucceed();
    expect(result.operations.at(-1)).toMatchObject({ name: 'enableServerGroup', description: group });
    expect(result.serverGroups[0]?.holds).toBeUndefined();
  });

  it('is taken back at its end when it said nothing', async () => {
    const result = await expectPipeline(
      deployed().stage('disableServerGroup', 'Share', held).stage('wait', 'Wait', { waitTime: 3_600 }),
    )
      .withImage('hello-1')
      .cancelledAfter(20 * 60_000)
      .toEnd('CANCELED');
    expect(result.operations.at(-1)).toMatchObject({ name: 'enableServerGroup', description: group });
    expect(result.serverGroups[0]?.holds).toBeUndefined();
  });

  it('is not taken back when it was made permanent', async () => {
    const result = await expectPipeline(
      deployed()
        .stage('disableServerGroup', 'Share', held)
        .stage('disableServerGroup', 'Rest', { ...group, settlesHolds: ['share'] }),
    )
      .withImage('hello-1')
      .toSucceed();
    expect(result.operations.at(-1)).toMatchObject({ name: 'disableServerGroup' });
    expect(result.serverGroups[0]).toMatchObject({ isDisabled: true });
  });

  it('is refused with the field where it is told wrongly', async () => {
    await expectPipeline(deployed().stage('disableServerGroup', 'Share', { ...group, hold: { name: 'share' } }))
      .withImage('hello-1')
      .toFail({ stage: 'Share', reason: 'hold.reason' });
  });
});
