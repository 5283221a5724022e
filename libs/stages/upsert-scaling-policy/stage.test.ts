import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const running = { application: 'hello', stack: 'prod', account: 'local-gce', region: 'us-central1', image: 'hello-1' };
const where = {
  credentials: 'local-gce',
  cluster: 'hello-prod',
  regions: ['us-central1'],
  target: 'current_asg_dynamic',
};
const scaled = () =>
  pipeline('hello', 'scale').stage('upsertScalingPolicy', 'Scale', {
    ...where,
    autoscalingPolicy: { minNumReplicas: 2, maxNumReplicas: 4, cpuUtilization: { utilizationTarget: 0.6 } },
  });

describe('stages of autoscaling', () => {
  it('give a server group an autoscaler, which keeps its bounds', async () => {
    const result = await expectPipeline(scaled().stage('wait', 'A while', { waitTime: 300 }))
      .withServerGroup(running)
      .toSucceed();
    expect(result.serverGroups[0]).toMatchObject({
      capacity: { min: 2, max: 4, desired: 2 },
      autoscalingPolicy: { mode: 'ON', cpuUtilization: { utilizationTarget: 0.6 } },
    });
  });

  it('turn it off, and leave all else of its policy as it is', async () => {
    const result = await expectPipeline(scaled().stage('modifyGceAutoscalingPolicy', 'Off', { ...where, mode: 'OFF' }))
      .withServerGroup(running)
      .toSucceed();
    expect(result.serverGroups[0]).toMatchObject({
      autoscalingPolicy: { mode: 'OFF', minNumReplicas: 2, maxNumReplicas: 4 },
    });
  });

  it('move its bounds when the server group is resized', async () => {
    const result = await expectPipeline(
      scaled().stage('resizeServerGroup', 'Resize', {
        ...where,
        action: 'scale_exact',
        capacity: { min: 3, max: 5, desired: 3 },
      }),
    )
      .withServerGroup(running)
      .toSucceed();
    expect(result.serverGroups[0]).toMatchObject({ capacity: { min: 3, max: 5, desired: 3 } });
    expect(result.serverGroups[0]?.instances).toHaveLength(3);
  });

  it('take it away again; the size stays', async () => {
    const result = await expectPipeline(
      scaled().stage('wait', 'A while', { waitTime: 300 }).stage('deleteScalingPolicy', 'Delete', where),
    )
      .withServerGroup(running)
      .toSucceed();
    expect(result.serverGroups[0]).not.toHaveProperty('autoscalingPolicy');
    expect(result.serverGroups[0]?.capacity).toEqual({ min: 2, max: 2, desired: 2 });
  });

  it('say so where there is no autoscaler, or nothing to set', async () => {
    await expectPipeline(pipeline('hello', 'off').stage('modifyGceAutoscalingPolicy', 'Off', { ...where, mode: 'OFF' }))
      .withServerGroup(running)
      .toFail({ stage: 'Off', reason: 'hello-prod-v000 in us-central1 has no autoscaler' });
    await expectPipeline(pipeline('hello', 'none').stage('upsertScalingPolicy', 'Scale', where))
      .withServerGroup(running)
      .toFail({ stage: 'Scale', reason: 'an autoscalingPolicy or an autoHealingPolicy must be given' });
  });
});
