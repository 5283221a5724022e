import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const running = { application: 'hello', stack: 'prod', account: 'local-gce', region: 'us-central1', image: 'hello-1' };
const target = {
  credentials: 'local-gce',
  cluster: 'hello-prod',
  regions: ['us-central1'],
  target: 'ancestor_asg_dynamic',
};

describe('determining a target', () => {
  it('tells later stages which server group is meant, and changes nothing', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'target')
        .stage('determineTargetServerGroup', 'Target', target)
        .stage('evaluateVariables', 'Use', {
          variables: [{ key: 'older', value: '${#stage("Target")["outputs"]["targetReferences"][0]["asg"]["name"]}' }],
        }),
    )
      .withServerGroup(running)
      .withServerGroup({ ...running, image: 'hello-2' })
      .toSucceed();
    expect(result.stage('Use').outputs).toMatchObject({ older: 'hello-prod-v000' });
    expect(result.stage('Target').outputs).toMatchObject({
      serverGroupName: 'hello-prod-v000',
      targetReferences: [
        { name: 'hello-prod-v000', cluster: 'hello-prod', account: 'local-gce', region: 'us-central1' },
      ],
    });
    expect(result.operations).toEqual([]);
  });

  it('fails where the target is nothing, and says why', async () => {
    await expectPipeline(pipeline('hello', 'target').stage('determineTargetServerGroup', 'Target', target)).toFail({
      stage: 'Target',
      reason: 'the cluster has no server group',
    });
  });
});
