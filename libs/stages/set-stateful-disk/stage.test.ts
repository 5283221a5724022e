import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const running = { application: 'hello', stack: 'prod', account: 'local-gce', region: 'us-central1', image: 'hello-1' };
const where = { credentials: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v000' };

describe('disks that outlive their instance', () => {
  it('are declared, and the image changes beside them', async () => {
    const result = await expectPipeline(
      pipeline('hello', 'disks')
        .stage('setStatefulDisk', 'Keep', { ...where, deviceName: 'hello-prod-v000-0' })
        .stage('statefullyUpdateBootImage', 'Update', { ...where, bootImage: 'hello-2' }),
    )
      .withServerGroup(running)
      .withImage('hello-2')
      .toSucceed();
    expect(result.operations.map(({ name }) => name)).toEqual(['setStatefulDisk', 'statefullyUpdateBootImage']);
    expect(result.serverGroups[0]).toMatchObject({ image: 'hello-2' });
  });

  it('are named by the template', async () => {
    await expectPipeline(
      pipeline('hello', 'disks').stage('setStatefulDisk', 'Keep', { ...where, deviceName: 'nothing' }),
    )
      .withServerGroup(running)
      .toFail({ stage: 'Keep', reason: 'nothing' });
  });
});
