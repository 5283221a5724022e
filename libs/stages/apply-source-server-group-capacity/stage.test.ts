import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const running = {
  application: 'hello',
  stack: 'prod',
  account: 'local-gce',
  region: 'us-central1',
  image: 'hello-1',
  instances: 3,
};
const where = { credentials: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'] };
const current = { ...where, target: 'current_asg_dynamic' };
const captured = Object.fromEntries(
  ['min', 'max', 'desired'].map((key) => [key, `\${#stage("Capture")["outputs"]["capacity"]["${key}"]}`]),
);
const scaling = { cpuUtilization: { utilizationTarget: 0.6 }, coolDownPeriodSec: 60 };

describe('the capacity of the server group that is replaced', () => {
  it('is captured, pins what takes over, and gives it its minimum in the end', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'capacity')
        .stage('upsertScalingPolicy', 'Scale', {
          ...current,
          autoscalingPolicy: { ...scaling, minNumReplicas: 1, maxNumReplicas: 5 },
        })
        .stage('captureSourceServerGroupCapacity', 'Capture', {
          source: { account: 'local-gce', region: 'us-central1', asgName: 'hello-prod-v000' },
        })
        .stage('resizeServerGroup', 'Pin', { ...current, capacity: captured })
        .stage('applySourceServerGroupCapacity', 'Apply', current),
    )
      .withServerGroup(running)
      .toSucceed();
    expect(result.stage('Capture').outputs).toMatchObject({
      sourceServerGroupCapacitySnapshot: { min: 1, max: 5, desired: 3 },
      capacity: { min: 3, max: 5, desired: 3 },
    });
    expect(result.operations.slice(-2).map(({ description }) => description['capacity'])).toEqual([
      { min: 3, max: 5, desired: 3 },
      { min: 1, max: 5, desired: 3 },
    ]);
    expect(result.serverGroups[0]?.capacity).toMatchObject({ min: 1, max: 5 });
  });

  it('changes nothing where no autoscaler could go below the size', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'capacity').stage('applySourceServerGroupCapacity', 'Apply', {
        ...current,
        sourceServerGroupCapacitySnapshot: { min: 1, max: 5, desired: 3 },
      }),
    )
      .withServerGroup(running)
      .toSucceed();
    expect(result.operations).toEqual([]);
    expect(JSON.stringify(result.stage('Apply').tasks)).toContain('has no autoscaler');
  });

  it('is missed by its field where nobody has captured it', async () => {
    await expectPipeline(pipeline('hello', 'capacity').stage('applySourceServerGroupCapacity', 'Apply', current))
      .withServerGroup(running)
      .toFail({ stage: 'Apply', reason: /sourceServerGroupCapacitySnapshot: no stage before/ });
  });
});
