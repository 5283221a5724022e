import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const find = (tags: Record<string, string>) =>
  expectPipeline(
    pipeline('hello', 'find').stage('findImageFromTags', 'Find', {
      credentials: 'local-gce',
      packageName: 'hello',
      tags,
      regions: ['us-central1', 'europe-west1'],
    }),
  )
    .withImage('hello-1', { tested: 'yes' })
    .withImage('hello-2', { tested: 'no' })
    .withImage('other-1', { tested: 'yes' });

describe('finding an image by tags', () => {
  it('answers it for each region that is asked for', async () => {
    const result = await find({ tested: 'yes' }).toSucceed();
    expect(result.stage('Find').outputs['deploymentDetails']).toMatchObject([
      { imageName: 'hello-1', region: 'us-central1', cloudProvider: 'gce', refId: '1' },
      { imageName: 'hello-1', region: 'europe-west1' },
    ]);
  });

  it('says what there is when no image has the tags', async () => {
    await find({ tested: 'perhaps' }).toFail({
      stage: 'Find',
      reason: 'No image of package hello has the tags tested=perhaps; there are 2 of that package',
    });
  });
});
